import { expect, test } from "vitest";
import { fakePhoto } from "./fake-photo";
import { Painter, type Surroundings } from "./painter";
import type { Photo } from "./photo";
import { Slate } from "./slate";

const RESET = [1, 4, 0, 3, 0];
const fill = (x: number, y: number, width: number, height: number, ...colour: number[]) => [
  3,
  ...[x, y, width, height].flatMap((part) => [part & 255, part >> 8]),
  ...colour,
];
const jpeg = (...rect: number[]) => [5, ...rect.flatMap((part) => [part, 0]), 1, 0, 0, 0, 99];

function easel() {
  const told: string[] = [];
  const decoding: ((photo: Photo) => void)[] = [];
  const slate = new Slate();
  const around: Surroundings = {
    decode: () => new Promise((resolve) => decoding.push(resolve)),
    show: (number) => told.push(`show ${number}`),
    resized: (width, height) => told.push(`${width} by ${height}`),
    pointer: () => told.push("pointer"),
    drawn: () => {},
    fail: () => told.push("failed"),
  };
  const pixel = (x: number, y: number) => slate.bytes[(y * slate.width + x) * 4];
  return { told, decoding, slate, around, pixel, painter: new Painter(slate, around) };
}

const settle = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

test("what comes behind a JPEG waits for it", async () => {
  const { told, decoding, painter, pixel } = easel();
  painter.push(1, true, Uint8Array.of(...RESET, ...jpeg(0, 0, 1, 1), ...fill(0, 0, 1, 1, 7, 7, 7)));
  painter.push(2, true, Uint8Array.of(...fill(1, 0, 1, 1, 8, 8, 8)));
  expect(told).toEqual(["4 by 3"]);
  decoding[0]?.(fakePhoto(1, 0xff050505));
  await settle();
  expect(told).toEqual(["4 by 3", "show 1", "show 2"]);
  expect([pixel(0, 0), pixel(1, 0)]).toEqual([7, 8]);
});

test("several JPEGs are decoded at once, and laid in their order", async () => {
  const { told, decoding, painter, slate } = easel();
  painter.push(1, true, Uint8Array.of(...RESET, ...jpeg(0, 0, 1, 1), ...jpeg(0, 0, 2, 1)));
  expect(decoding).toHaveLength(2);
  const [first, second] = [fakePhoto(1, 1), fakePhoto(2, 2)];
  decoding[1]?.(second);
  await settle();
  expect(told).toEqual(["4 by 3"]);
  decoding[0]?.(first);
  await settle();
  expect(told).toEqual(["4 by 3", "show 1"]);
  expect(slate.takeDirty().photos.map(({ photo }) => photo)).toEqual([second]);
});

test("operations may be cut anywhere", () => {
  const { told, painter, pixel } = easel();
  const all = [...RESET, ...fill(2, 1, 2, 2, 9, 8, 7)];
  for (const byte of all) painter.push(1, false, Uint8Array.of(byte));
  painter.push(1, true, new Uint8Array(0));
  expect(told).toEqual(["4 by 3", "show 1"]);
  expect(pixel(3, 2)).toBe(9);
});

test("one that was stopped draws nothing more, not even what is being decoded", async () => {
  const { told, decoding, painter, pixel, slate, around } = easel();
  painter.push(1, true, Uint8Array.of(...RESET, ...jpeg(0, 0, 1, 1)));
  painter.stop();
  const next = new Painter(slate, around);
  next.push(1, true, Uint8Array.of(...RESET, ...fill(0, 0, 1, 1, 3, 3, 3)));
  const late = fakePhoto(1, 0xff050505);
  decoding[0]?.(late);
  painter.push(2, true, Uint8Array.of(...fill(0, 0, 4, 3, 1, 1, 1)));
  await settle();
  expect(told).toEqual(["4 by 3", "4 by 3", "show 1"]);
  expect(late.closed).toBe(1);
  expect(pixel(0, 0)).toBe(3);
});

test("nonsense is told once, and nothing is drawn behind it", () => {
  const { told, painter } = easel();
  painter.push(1, false, Uint8Array.of(77));
  painter.push(1, true, Uint8Array.of(...RESET));
  expect(told).toEqual(["failed"]);
});
