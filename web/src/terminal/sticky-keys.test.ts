import { expect, it } from "vitest";
import { StickyKeys, sequenceOf } from "./sticky-keys";

const NONE = { ctrl: false, alt: false };

it("holds Ctrl for one key, and after a second press until a third", () => {
  const sticky = new StickyKeys();
  sticky.press("ctrl");
  expect(sticky.apply("c")).toBe("\x03");
  expect(sticky.apply("c")).toBe("c");
  sticky.press("ctrl");
  sticky.press("ctrl");
  expect(sticky.apply("a") + sticky.apply("b")).toBe("\x01\x02");
  sticky.press("ctrl");
  expect(sticky.waits).toBe(false);
});

it("puts Alt before whatever follows", () => {
  const sticky = new StickyKeys();
  sticky.press("alt");
  sticky.press("ctrl");
  expect(sticky.apply("x")).toBe("\x1b\x18");
  sticky.press("alt");
  expect(sticky.apply("日")).toBe("\x1b日");
});

it("makes control characters of all that has one and leaves the rest", () => {
  const control = (char: string) => {
    const sticky = new StickyKeys();
    sticky.press("ctrl");
    return sticky.apply(char);
  };
  expect(["[", "\\", "]", " ", "?", "-", "é", "1"].map(control)).toEqual([
    "\x1b",
    "\x1c",
    "\x1d",
    "\0",
    "\x7f",
    "\x1f",
    "é",
    "1",
  ]);
});

it("sends arrows as the program asked for them", () => {
  expect(sequenceOf("ArrowUp", NONE, false)).toBe("\x1b[A");
  expect(sequenceOf("ArrowUp", NONE, true)).toBe("\x1bOA");
  expect(sequenceOf("ArrowLeft", { ctrl: true, alt: false }, true)).toBe("\x1b[1;5D");
  expect(sequenceOf("ArrowLeft", { ctrl: true, alt: true }, false)).toBe("\x1b[1;7D");
  expect(sequenceOf("Escape", NONE, false)).toBe("\x1b");
  expect(sequenceOf("Tab", { ctrl: false, alt: true }, false)).toBe("\x1b\t");
  expect(sequenceOf("|", NONE, false)).toBe("|");
});
