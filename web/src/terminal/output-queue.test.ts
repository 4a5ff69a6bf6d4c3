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

it("hands over frames as they are, 64 KiB ahead of what is parsed", () => {
  for (let i = 0; i < 9; i += 1) queue.push(i * 32 * KIB, new Uint8Array(32 * KIB));
  expect(written).toEqual(Array(2).fill(32 * KIB));
  parse();
  expect(written).toHaveLength(3);
  while (done.length > 0) parse();
  expect(written).toHaveLength(9);
  expect(acks.at(-1)).toBe(9 * 32 * KIB);
});

it("hands over a larger frame by itself, and more at once where that is wanted", () => {
  queue.push(0, new Uint8Array(100 * KIB));
  queue.push(100 * KIB, new Uint8Array(100 * KIB));
  queue.push(200 * KIB, new Uint8Array(100 * KIB));
  expect(written).toHaveLength(1);
  queue.handful = 1024 * KIB;
  expect(written).toHaveLength(3);
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

it("acknowledges once what an emulator parses while it is being handed over", () => {
  const sync: number[] = [];
  const eager = new OutputQueue({ write: (_, parsed) => parsed() }, (offset) => sync.push(offset));
  eager.push(0, new Uint8Array(10));
  eager.push(10, new Uint8Array(10));
  expect(sync).toEqual([10, 20]);
});

it("runs acts in the order of the stream", () => {
  const order: string[] = [];
  queue.push(0, new Uint8Array(1));
  queue.act(() => order.push("act"));
  queue.push(1, new Uint8Array(1));
  expect(order).toEqual([]);
  expect(written).toHaveLength(1);
  parse();
  expect(order).toEqual(["act"]);
  expect(written).toHaveLength(2);
});

it("drops on a reset what was not handed over, and acknowledges nothing of before", () => {
  let restored = () => {};
  queue.push(0, new Uint8Array(100 * KIB));
  queue.push(100 * KIB, new Uint8Array(100 * KIB));
  queue.reset(500 * KIB, (ready) => {
    restored = ready;
  });
  queue.push(500 * KIB, new Uint8Array(5));
  parse();
  expect(written).toEqual([100 * KIB]);
  restored();
  expect(written).toEqual([100 * KIB, 5]);
  parse();
  expect(acks).toEqual([500 * KIB + 5]);
});

it("lets a second reset replace what waited behind the first", () => {
  const order: string[] = [];
  let first = () => {};
  queue.reset(10, (ready) => {
    order.push("first");
    first = ready;
  });
  queue.push(10, new Uint8Array(1));
  queue.reset(90, (ready) => {
    order.push("second");
    ready();
  });
  queue.push(90, new Uint8Array(2));
  expect(order).toEqual(["first"]);
  first();
  expect(order).toEqual(["first", "second"]);
  expect(written).toEqual([2]);
});

it("hands nothing over while it is paused, and goes on with a reset or when told", () => {
  for (let i = 0; i < 9; i += 1) queue.push(i * 32 * KIB, new Uint8Array(32 * KIB));
  expect(queue.waiting).toBe(9 * 32 * KIB);
  queue.paused = true;
  while (done.length > 0) parse();
  expect(written).toHaveLength(2);
  expect(queue.waiting).toBe(7 * 32 * KIB);
  queue.paused = false;
  expect(written).toHaveLength(4);
  queue.paused = true;
  let ran = false;
  queue.reset(900 * KIB, (finish) => {
    ran = true;
    finish();
  });
  while (done.length > 0) parse();
  expect(ran).toBe(true);
  queue.push(900 * KIB, new Uint8Array(KIB));
  expect(written).toHaveLength(5);
});
