import { expect, it } from "vitest";
import { isCharacter, keysymOf, keysymOfCharacter } from "./keysyms";

const [STANDARD, LEFT, RIGHT, PAD] = [0, 1, 2, 3];

it.each([
  ["Shift", LEFT, 0xffe1],
  ["Shift", RIGHT, 0xffe2],
  ["Control", LEFT, 0xffe3],
  ["Control", RIGHT, 0xffe4],
  ["Alt", LEFT, 0xffe9],
  ["Alt", RIGHT, 0xffea],
  ["Meta", LEFT, 0xffeb],
  ["Meta", RIGHT, 0xffec],
  ["OS", LEFT, 0xffeb],
  ["AltGraph", RIGHT, 0xfe03],
  ["AltGraph", STANDARD, 0xfe03],
  ["Enter", STANDARD, 0xff0d],
  ["Enter", PAD, 0xff8d],
  ["Home", STANDARD, 0xff50],
  ["Home", PAD, 0xff95],
  ["Delete", STANDARD, 0xffff],
  ["Delete", PAD, 0xff9f],
  ["Clear", PAD, 0xff9d],
  ["7", STANDARD, 0x37],
  ["0", PAD, 0xffb0],
  ["7", PAD, 0xffb7],
  [".", PAD, 0xffae],
  [",", PAD, 0xffac],
  ["/", PAD, 0xffaf],
  ["/", STANDARD, 0x2f],
  ["NumLock", PAD, 0xff7f],
  ["CapsLock", STANDARD, 0xffe5],
  ["ArrowUp", STANDARD, 0xff52],
  ["F1", STANDARD, 0xffbe],
  ["F12", STANDARD, 0xffc9],
  ["F24", STANDARD, 0xffd5],
  ["F35", STANDARD, 0xffe0],
  ["AudioVolumeUp", STANDARD, 0x1008ff13],
  ["MediaPlayPause", STANDARD, 0x1008ff14],
  ["BrowserBack", STANDARD, 0x1008ff26],
  ["ZenkakuHankaku", STANDARD, 0xff2a],
  ["a", STANDARD, 0x61],
  ["A", STANDARD, 0x41],
  [" ", STANDARD, 0x20],
  ["ÿ", STANDARD, 0xff],
  ["€", STANDARD, 0x010020ac],
  ["ő", STANDARD, 0x01000151],
  ["😀", STANDARD, 0x0101f600],
])("%s at %i", (key, location, keysym) => {
  expect(keysymOf({ key, code: "", location })).toBe(keysym);
});

it.each(["Dead", "Process", "Unidentified", "Fn", "F0", "F36", "ab", "", "constructor"])(
  "has none for %j",
  (key) => {
    expect(keysymOf({ key, code: "KeyA", location: STANDARD })).toBe(0);
  },
);

it("knows Alt where Shift has made Meta of it", () => {
  expect(keysymOf({ key: "Meta", code: "AltLeft", location: LEFT })).toBe(0xffe7);
  expect(keysymOf({ key: "Meta", code: "AltRight", location: RIGHT })).toBe(0xffe8);
});

it("knows a Mac's NumLock", () => {
  expect(keysymOf({ key: "Clear", code: "NumLock", location: PAD })).toBe(0xff7f);
});

it.each([
  ["\b", 0xff08],
  ["\t", 0xff09],
  ["\n", 0xff0d],
  ["\r", 0xff0d],
  ["\x1b", 0xff1b],
  ["\x7f", 0xffff],
  ["\x00", 0],
  ["\x1f", 0],
  ["\x80", 0],
  ["\x9f", 0],
  ["~", 0x7e],
  ["\xa0", 0xa0],
  ["Ā", 0x01000100],
  ["\ud800", 0],
  ["\u{10ffff}", 0x0110ffff],
])("types %j", (character, keysym) => {
  expect(keysymOfCharacter(character.codePointAt(0) ?? -1)).toBe(keysym);
});

it("tells a character from a name", () => {
  for (const key of ["a", " ", "é", "😀"]) expect(isCharacter(key), key).toBe(true);
  for (const key of ["", "F1", "^x", "Enter", "e\u0301"]) expect(isCharacter(key), key).toBe(false);
});
