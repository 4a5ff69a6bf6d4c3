import { expect, test } from "vitest";
import { fakePhoto } from "./fake-photo";
import { Slate } from "./slate";

function numbered(width: number, height: number): Slate {
  const slate = new Slate();
  slate.reset(width, height);
  slate.put(
    { x: 0, y: 0, width, height },
    Uint32Array.from({ length: width * height }, (_, i) => i),
  );
  slate.takeDirty();
  return slate;
}

const pixel = (slate: Slate, x: number, y: number) =>
  new Uint32Array(slate.bytes.buffer)[y * slate.width + x];

test("copies that overlap are right in every direction", () => {
  for (const [dx, dy] of [
    [1, 1],
    [1, 0],
    [0, 1],
    [2, 1],
  ] as const) {
    for (const [to, from] of [
      [
        { x: dx, y: dy },
        { x: 0, y: 0 },
      ],
      [
        { x: 0, y: 0 },
        { x: dx, y: dy },
      ],
    ] as const) {
      const slate = numbered(7, 6);
      slate.copy({ ...to, width: 5, height: 4 }, from.x, from.y);
      for (let y = 0; y < 4; y += 1)
        for (let x = 0; x < 5; x += 1)
          expect(pixel(slate, to.x + x, to.y + y)).toBe((from.y + y) * 7 + from.x + x);
    }
  }
});

test("what has changed is shown once, near changes together and far ones apart", () => {
  const slate = numbered(200, 100);
  expect(slate.takeDirty()).toEqual({ pixels: [], photos: [] });
  const dot = (x: number, y: number) => slate.fill({ x, y, width: 2, height: 1 }, 1, 2, 3);
  dot(3, 4);
  dot(5, 4);
  dot(150, 90);
  slate.fill({ x: 0, y: 0, width: 0, height: 5 }, 1, 2, 3);
  expect(slate.takeDirty().pixels).toEqual([
    { x: 3, y: 4, width: 4, height: 1 },
    { x: 150, y: 90, width: 2, height: 1 },
  ]);
  expect(slate.takeDirty()).toEqual({ pixels: [], photos: [] });
  for (let i = 0; i < 9; i += 1) dot(i * 20, i * 10);
  expect(slate.takeDirty().pixels, "many").toEqual([{ x: 0, y: 0, width: 162, height: 81 }]);
  const at = (150 + 90 * 200) * 4;
  expect([...slate.bytes.subarray(at, at + 4)]).toEqual([1, 2, 3, 255]);
});

test("what is outside the picture is refused before anything is drawn", () => {
  const slate = numbered(4, 3);
  expect(() => slate.fill({ x: 3, y: 0, width: 2, height: 1 }, 1, 1, 1)).toThrow(RangeError);
  expect(() => slate.copy({ x: 0, y: 0, width: 2, height: 2 }, 3, 0)).toThrow(RangeError);
  expect(() => slate.put({ x: 0, y: 0, width: 2, height: 2 }, new Uint32Array(3))).toThrow(
    RangeError,
  );
  expect(slate.takeDirty()).toEqual({ pixels: [], photos: [] });
});

test("a photograph lies over the pixels until something else comes there", () => {
  const slate = numbered(8, 4);
  const rect = { x: 3, y: 0, width: 2, height: 2 };
  const photo = fakePhoto(4, 500);
  slate.lay(rect, photo);
  expect(slate.takeDirty()).toEqual({ pixels: [], photos: [{ rect, photo }] });
  slate.fill({ x: 0, y: 3, width: 1, height: 1 }, 1, 2, 3);
  expect(slate.takeDirty().photos, "shown already").toEqual([]);
  slate.fill({ x: 0, y: 0, width: 3, height: 4 }, 1, 2, 3);
  slate.fill({ x: 5, y: 0, width: 3, height: 4 }, 1, 2, 3);
  expect(slate.takeDirty().photos, "what is shown around it covers it").toHaveLength(1);
  expect([pixel(slate, 3, 0), photo.asked, photo.closed]).toEqual([3, 0, 0]);
  const next = fakePhoto(4, 600);
  slate.lay(rect, next);
  expect([photo.asked, photo.closed], "covered, never looked at").toEqual([0, 1]);
  slate.fill({ x: 3, y: 0, width: 1, height: 1 }, 1, 0, 0);
  expect([pixel(slate, 3, 0), pixel(slate, 4, 0), pixel(slate, 4, 1)]).toEqual([
    0xff000001, 601, 603,
  ]);
  expect([next.asked, next.closed]).toEqual([1, 1]);
  expect(slate.takeDirty()).toEqual({ pixels: [rect], photos: [] });
});

test("what is copied from a photograph, and what lies partly under another, are its pixels", () => {
  const slate = numbered(8, 4);
  slate.lay({ x: 0, y: 0, width: 4, height: 2 }, fakePhoto(8, 500));
  slate.copy({ x: 4, y: 2, width: 4, height: 2 }, 0, 0);
  expect([pixel(slate, 4, 2), pixel(slate, 7, 3), pixel(slate, 0, 0)]).toEqual([500, 507, 500]);
  const under = fakePhoto(8, 600);
  slate.lay({ x: 0, y: 0, width: 4, height: 2 }, under);
  slate.lay({ x: 2, y: 1, width: 2, height: 2 }, fakePhoto(4, 700));
  expect([pixel(slate, 0, 0), pixel(slate, 1, 1), under.closed]).toEqual([600, 605, 1]);
  const last = fakePhoto(2, 800);
  slate.lay({ x: 0, y: 3, width: 2, height: 1 }, last);
  slate.reset(3, 3);
  expect([last.closed, last.asked]).toEqual([1, 0]);
  expect(slate.takeDirty().photos).toEqual([]);
});
