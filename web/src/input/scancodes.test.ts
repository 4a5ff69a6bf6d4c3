import { expect, it } from "vitest";
import { scancodeOf } from "./scancodes";

it.each([
  ["Escape", 0x01],
  ["Digit1", 0x02],
  ["Digit0", 0x0b],
  ["Backspace", 0x0e],
  ["KeyQ", 0x10],
  ["KeyP", 0x19],
  ["Enter", 0x1c],
  ["ControlLeft", 0x1d],
  ["KeyA", 0x1e],
  ["Backquote", 0x29],
  ["ShiftLeft", 0x2a],
  ["Backslash", 0x2b],
  ["KeyZ", 0x2c],
  ["KeyM", 0x32],
  ["Slash", 0x35],
  ["ShiftRight", 0x36],
  ["NumpadMultiply", 0x37],
  ["AltLeft", 0x38],
  ["Space", 0x39],
  ["CapsLock", 0x3a],
  ["F1", 0x3b],
  ["F10", 0x44],
  ["NumLock", 0x45],
  ["ScrollLock", 0x46],
  ["Numpad7", 0x47],
  ["NumpadSubtract", 0x4a],
  ["Numpad5", 0x4c],
  ["NumpadAdd", 0x4e],
  ["Numpad0", 0x52],
  ["NumpadDecimal", 0x53],
  ["IntlBackslash", 0x56],
  ["F11", 0x57],
  ["F12", 0x58],
  ["KanaMode", 0x70],
  ["IntlRo", 0x73],
  ["Convert", 0x79],
  ["NonConvert", 0x7b],
  ["IntlYen", 0x7d],
  ["Lang1", 0x72],
  ["Lang2", 0x71],
])("%s is a plain key", (code, scancode) => {
  expect(scancodeOf(code)).toBe(scancode);
});

it.each([
  ["NumpadEnter", 0xe01c],
  ["ControlRight", 0xe01d],
  ["NumpadDivide", 0xe035],
  ["PrintScreen", 0xe037],
  ["AltRight", 0xe038],
  ["Pause", 0xe046],
  ["Home", 0xe047],
  ["ArrowUp", 0xe048],
  ["PageUp", 0xe049],
  ["ArrowLeft", 0xe04b],
  ["ArrowRight", 0xe04d],
  ["End", 0xe04f],
  ["ArrowDown", 0xe050],
  ["PageDown", 0xe051],
  ["Insert", 0xe052],
  ["Delete", 0xe053],
  ["MetaLeft", 0xe05b],
  ["OSLeft", 0xe05b],
  ["MetaRight", 0xe05c],
  ["OSRight", 0xe05c],
  ["ContextMenu", 0xe05d],
  ["Power", 0xe05e],
  ["AudioVolumeMute", 0xe020],
  ["VolumeMute", 0xe020],
  ["MediaPlayPause", 0xe022],
  ["BrowserBack", 0xe06a],
  ["LaunchMail", 0xe06c],
])("%s is an extended key", (code, scancode) => {
  expect(scancodeOf(code)).toBe(scancode);
});

it("has function keys up to F24, each with a code of its own", () => {
  const codes = Array.from({ length: 24 }, (_, i) => scancodeOf(`F${i + 1}`));
  expect(codes).not.toContain(0);
  expect(new Set(codes).size).toBe(24);
});

it("gives codes that fit the wire: seven bits, and 0xe0 before those of extended keys", () => {
  const names = [
    "KeyA",
    "F13",
    "F17",
    "F24",
    "Lang5",
    "Help",
    "NumpadParenRight",
    "WakeUp",
    "Undo",
  ];
  for (const name of names) {
    const code = scancodeOf(name);
    expect(code & 0x7f, name).toBeGreaterThan(0);
    expect([0, 0xe000], name).toContain(code & ~0x7f);
  }
});

it.each(["", "Unidentified", "Fn", "F25", "constructor", "toString"])(
  "does not know %j",
  (code) => {
    expect(scancodeOf(code)).toBe(0);
  },
);
