import { beforeEach, expect, it } from "vitest";
import { OutputQueue } from "./output-queue";

let written: number[];
let done: (() => void)[];
let acks: number[];
let queue: OutputQueue;

beforeEach(() => {
  written = [];
  done = [];
  acks = [];
  const emulator = {
    write(bytes: Uint8Array, parsed: () => void) {
      written.push(bytes.length);
      done.push(parsed);
    },
  };
  queue = new OutputQueue(emulator, (offset) => acks.push(offset));
});

const KIB = 1024;
const parse = () => done.shift()?.();

it("hands over what is there at once, then never more than 128 KiB", () => {
  for (let i = 0; i < 9; i += 1) queue.push(i * 32 * KIB, new Uint8Array(32 * KIB));
  expect(written).toEqual([32 * KIB]);
  parse();
  expect(written).toEqual([32 * KIB, 128 * KIB]);
  parse();
  parse();
  expect(written.at(-1)).toBe(128 * KIB);
  expect(acks.at(-1)).toBe(9 * 32 * KIB);
});

it("acknowledges what was parsed, every 64 KiB or when nothing waits", () => {
  queue.push(0, new Uint8Array(10));
  parse();
  expect(acks).toEqual([10]);
  queue.push(10, new Uint8Array(10));
  queue.push(20, new Uint8Array(10));
  parse();
  expect(acks).toEqual([10]);
  parse();
  expect(acks).toEqual([10, 30]);
});

it("runs acts in the order of the stream", () => {
  const order: string[] = [];
  queue.push(0, new Uint8Array(1));
  queue.act(() => order.push(`after ${acks.length} acks`));
  expect(order).toEqual([]);
  parse();
  expect(order).toHaveLength(1);
});

it("drops on a reset what was not handed over, and acknowledges nothing of before", () => {
  const order: string[] = [];
  queue.push(0, new Uint8Array(10));
  queue.push(10, new Uint8Array(10));
  queue.reset(500, () => order.push("reset"));
  queue.push(500, new Uint8Array(5));
  expect(order).toEqual([]);
  parse();
  expect(order).toEqual(["reset"]);
  expect(written).toEqual([10, 5]);
  parse();
  expect(acks).toEqual([505]);
});
