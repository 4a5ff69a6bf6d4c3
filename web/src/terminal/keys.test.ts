// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { type Key, meaningOf } from "./keys";

const LINUX = { isMac: false, isWindows: false };
const WINDOWS = { isMac: false, isWindows: true };
const MAC = { isMac: true, isWindows: false };

function key(name: string): Key {
  const parts = name.split("+");
  return {
    key: name.endsWith("+") ? "+" : (parts.at(-1) ?? ""),
    ctrlKey: parts.includes("Ctrl"),
    shiftKey: parts.includes("Shift"),
    altKey: parts.includes("Alt"),
    metaKey: parts.includes("Cmd"),
  };
}

it("copies with Ctrl+C only while something is selected", () => {
  expect(meaningOf(key("Ctrl+c"), true, LINUX)).toBe("copy-by-browser");
  expect(meaningOf(key("Ctrl+c"), false, LINUX)).toBeNull();
  expect(meaningOf(key("Ctrl+Shift+C"), false, LINUX)).toBe("copy");
  expect(meaningOf(key("Cmd+c"), false, MAC)).toBe("copy-by-browser");
  expect(meaningOf(key("Ctrl+c"), true, MAC)).toBeNull();
});

it("pastes as the platform does", () => {
  expect(meaningOf(key("Ctrl+Shift+V"), false, LINUX)).toBe("paste-by-browser");
  expect(meaningOf(key("Ctrl+v"), false, LINUX)).toBeNull();
  expect(meaningOf(key("Ctrl+v"), false, WINDOWS)).toBe("paste-by-browser");
  expect(meaningOf(key("Cmd+v"), false, MAC)).toBe("paste-by-browser");
  expect(meaningOf(key("Shift+Insert"), false, LINUX)).toBe("paste-by-browser");
});

it("leaves the shell its own keys", () => {
  for (const name of ["Ctrl+Shift+-", "Ctrl+f", "f", "Ctrl+Alt+f", "Ctrl+r", "F1", "Alt+F1"]) {
    expect(meaningOf(key(name), true, LINUX), name).toBeNull();
  }
});

it("finds, and sizes the text", () => {
  expect(meaningOf(key("Ctrl+Shift+F"), false, LINUX)).toBe("find");
  expect(meaningOf(key("Cmd+f"), false, MAC)).toBe("find");
  expect(meaningOf(key("Ctrl+="), false, LINUX)).toBe("larger");
  expect(meaningOf(key("Ctrl+Shift++"), false, LINUX)).toBe("larger");
  expect(meaningOf(key("Ctrl+-"), false, LINUX)).toBe("smaller");
  expect(meaningOf(key("Ctrl+0"), false, LINUX)).toBe("usual-size");
  expect(meaningOf(key("Alt+Shift+F1"), false, LINUX)).toBe("screen-reader");
});
