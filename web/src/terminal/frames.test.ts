import { readFile } from "node:fs/promises";
import type { Terminal } from "@xterm/xterm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FLOOD_BYTES, FLOOD_FRAME_MS, Frames, PAUSE_MS } from "./frames";

let drawn: [number, number][];
let frames: Frames;
/** As xterm.js: rows are drawn with the next animation frame. */
let service: {
  _renderRows(start: number, end: number): void;
  refreshRows(start: number, end: number): void;
};

beforeEach(() => {
  vi.useFakeTimers();
  drawn = [];
  service = {
    _renderRows: (start, end) => drawn.push([start, end]),
    refreshRows: (start, end) => service._renderRows(start, end),
  };
  const found = Frames.of({ _core: { _renderService: service } } as unknown as Terminal);
  if (found === null) throw new Error("the service is not recognised");
  frames = found;
});

afterEach(() => {
  vi.useRealTimers();
});

it("draws what people can read as it comes", () => {
  for (let row = 0; row < 10; row += 1) {
    frames.parsed(FLOOD_BYTES / 10, false);
    service.refreshRows(row, row);
  }
  expect(drawn).toHaveLength(10);
});

it("draws a flood less often, and every row that it changed", () => {
  service.refreshRows(0, 0);
  for (let ms = 0; ms < 10 * FLOOD_FRAME_MS; ms += 1) {
    frames.parsed(FLOOD_BYTES, true);
    service.refreshRows(ms % 30, ms % 30);
    vi.advanceTimersByTime(1);
  }
  expect(drawn.length).toBeGreaterThanOrEqual(10);
  expect(drawn.length).toBeLessThanOrEqual(12);
  expect(drawn[1]).toEqual([0, 29]);
});

it("draws the end of a flood as soon as it pauses", () => {
  service.refreshRows(0, 0);
  frames.parsed(2 * FLOOD_BYTES, true);
  service.refreshRows(3, 7);
  frames.parsed(100, false);
  vi.advanceTimersByTime(PAUSE_MS - 1);
  expect(drawn).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(drawn[1]).toEqual([3, 7]);
});

it("draws the end soon also where the picture of it falls due behind it", () => {
  service.refreshRows(0, 0);
  frames.parsed(2 * FLOOD_BYTES, false);
  service.refreshRows(3, 7);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(drawn[1]).toEqual([3, 7]);
});

it("draws at once what was skipped to, and hands drawing back", () => {
  service.refreshRows(0, 0);
  frames.parsed(2 * FLOOD_BYTES, true);
  service.refreshRows(0, 29);
  frames.now();
  expect(drawn[1]).toEqual([0, 29]);
  frames.dispose();
  frames.parsed(2 * FLOOD_BYTES, true);
  service.refreshRows(1, 1);
  expect(drawn[2]).toEqual([1, 1]);
});

it("draws nothing of what is about to be skipped", () => {
  service.refreshRows(0, 0);
  vi.advanceTimersByTime(2 * FLOOD_FRAME_MS);
  frames.wait();
  service.refreshRows(0, 29);
  vi.advanceTimersByTime(FLOOD_FRAME_MS - 1);
  expect(drawn).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(drawn[1]).toEqual([0, 29]);
});

it("leaves an emulator alone that is built otherwise", () => {
  expect(Frames.of({ _core: {} } as unknown as Terminal)).toBeNull();
});

it("steps into a part that xterm.js still has", async () => {
  const source = await readFile("node_modules/@xterm/xterm/lib/xterm.mjs", "utf8");
  expect(source).toMatch(/this\._renderService=/);
  expect(source).toMatch(/=>this\._renderRows\(/);
});
