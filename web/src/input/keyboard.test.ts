// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Desk } from "./fake-desk";
import type { Platform } from "./platform";

const ALL: readonly Platform[] = ["mac", "windows", "linux", "ios", "android"];

describe("every platform", () => {
  it.each(ALL)("sends a key down and up, and takes it from the page (%s)", (platform) => {
    const desk = new Desk(platform);
    expect(desk.down("Enter", "Enter")).toBe(true);
    expect(desk.up("Enter", "Enter")).toBe(true);
    expect(desk.take()).toEqual(["+Enter ff0d", "-Enter ff0d"]);
  });

  it.each(["linux", "windows", "mac", "android"] as const)(
    "repeats a held key (%s)",
    (platform) => {
      const desk = new Desk(platform);
      desk.down("KeyA", "a");
      desk.down("KeyA", "a", { repeat: true });
      desk.up("KeyA", "a");
      expect(desk.take()).toEqual(["+KeyA a", "+KeyA a", "-KeyA a"]);
    },
  );

  it("lets a key go as what it went down as, though Shift has changed it", () => {
    const desk = new Desk("linux");
    desk.down("ShiftLeft", "Shift");
    desk.down("KeyA", "A");
    desk.up("ShiftLeft", "Shift");
    desk.down("KeyA", "a", { repeat: true });
    desk.up("KeyA", "a");
    expect(desk.take()).toEqual([
      "+ShiftLeft ffe1",
      "+KeyA A",
      "-ShiftLeft ffe1",
      "+KeyA A",
      "-KeyA A",
    ]);
  });

  it("lets a key go whose keyup was lost before it goes down again", () => {
    const desk = new Desk("linux");
    desk.down("KeyA", "A");
    desk.down("KeyA", "a");
    expect(desk.take()).toEqual(["+KeyA A", "-KeyA A", "+KeyA a"]);
  });

  it("knows a key without a code by its number, and sends it by keysym", () => {
    const desk = new Desk("android");
    desk.down("", "A", { keyCode: 65 });
    desk.up("", "a", { keyCode: 65 });
    expect(desk.take()).toEqual(["+? A", "-? A"]);
  });

  it("sends nothing for a key that has neither code nor keysym", () => {
    const desk = new Desk("linux");
    desk.down("Fn", "Fn");
    desk.up("Fn", "Fn");
    desk.keyboard.release();
    expect(desk.take()).toEqual([]);
  });

  it.each([
    ["composing", "KeyA", "a", { isComposing: true }],
    ["229", "KeyA", "a", { keyCode: 229 }],
    ["Process", "KeyA", "Process", {}],
    ["Dead", "BracketLeft", "Dead", {}],
    ["Unidentified", "", "Unidentified", {}],
  ] as const)("leaves %s to the text field", (_, code, key, init) => {
    const desk = new Desk("linux");
    expect(desk.down(code, key, init)).toBe(false);
    expect(desk.take()).toEqual([]);
  });

  it("sends a key that has a place and no name", () => {
    const desk = new Desk("linux");
    expect(desk.down("Lang1", "Unidentified")).toBe(true);
    expect(desk.take()).toEqual(["+Lang1 0"]);
  });

  it("lets a key go though composition has begun since", () => {
    const desk = new Desk("linux");
    desk.down("ShiftLeft", "Shift");
    desk.up("ShiftLeft", "Process", { isComposing: true, keyCode: 229 });
    expect(desk.take()).toEqual(["+ShiftLeft ffe1", "-ShiftLeft ffe1"]);
  });

  it("leaves to the text field what follows a dead key, and nothing behind it", () => {
    const desk = new Desk("linux");
    desk.down("BracketLeft", "Dead");
    expect(desk.down("ShiftLeft", "Shift")).toBe(true);
    expect(desk.down("KeyA", "Â")).toBe(false);
    expect(desk.take()).toEqual(["+ShiftLeft ffe1"]);
    expect(desk.down("KeyB", "B")).toBe(true);
    desk.down("BracketLeft", "Dead");
    expect(desk.down("KeyQ", "^q")).toBe(false);
  });

  it.each([
    ["a key without a character", "Escape", "Escape", {}],
    ["a shortcut", "KeyC", "c", { ctrlKey: true }],
  ] as const)("sends %s that follows a dead key", (_, code, key, init) => {
    const desk = new Desk("linux");
    desk.down("BracketLeft", "Dead");
    expect(desk.down(code, key, init)).toBe(true);
    expect(desk.down("KeyA", "a")).toBe(true);
  });

  it("is done with a dead key when composition took it over", () => {
    const desk = new Desk("mac");
    desk.down("BracketLeft", "Dead");
    desk.down("KeyE", "e", { isComposing: true });
    expect(desk.down("KeyA", "a")).toBe(true);
  });

  it("does not touch what the page keeps for itself", () => {
    const desk = new Desk("linux");
    desk.aside = ({ code }) => code === "KeyV";
    desk.down("ControlLeft", "Control");
    expect(desk.down("KeyV", "v", { ctrlKey: true })).toBe(false);
    expect(desk.up("KeyV", "v", { ctrlKey: true })).toBe(false);
    expect(desk.take()).toEqual(["+ControlLeft ffe3"]);
  });

  it("lets a key go that the page wants for itself by now", () => {
    const desk = new Desk("linux");
    desk.down("KeyV", "v");
    desk.aside = () => true;
    desk.up("KeyV", "v");
    expect(desk.take()).toEqual(["+KeyV v", "-KeyV v"]);
  });

  it("sends the character with its key while AltGr is held", () => {
    const desk = new Desk("linux");
    desk.down("AltRight", "AltGraph");
    desk.down("KeyE", "€", { altGraph: true });
    desk.up("KeyE", "€", { altGraph: true });
    desk.up("AltRight", "AltGraph");
    expect(desk.take()).toEqual([
      "+AltRight fe03",
      "+KeyE 10020ac",
      "-KeyE 10020ac",
      "-AltRight fe03",
    ]);
  });

  it("keeps Control with AltGr where the browser says that it is held", () => {
    const desk = new Desk("linux");
    desk.down("ControlLeft", "Control");
    desk.down("AltRight", "AltGraph");
    desk.take();
    desk.down("BracketLeft", "[", { altGraph: true, ctrlKey: true });
    expect(desk.take()).toEqual(["+BracketLeft ["]);
  });

  it("takes nothing any more after it was disposed of", () => {
    const desk = new Desk("linux");
    desk.down("KeyA", "a");
    desk.keyboard.dispose();
    expect(desk.take()).toEqual(["+KeyA a", "release"]);
    expect(desk.down("KeyB", "b")).toBe(false);
    expect(desk.take()).toEqual([]);
  });
});

describe("release", () => {
  it("lets go of everything when the field loses the focus, once", () => {
    const desk = new Desk("linux");
    desk.down("ShiftLeft", "Shift");
    desk.down("KeyA", "A");
    desk.take();
    desk.field.dispatchEvent(new FocusEvent("blur"));
    desk.field.dispatchEvent(new FocusEvent("blur"));
    desk.up("KeyA", "A");
    desk.up("ShiftLeft", "Shift");
    expect(desk.take()).toEqual(["release"]);
  });

  it("says nothing where nothing is held", () => {
    const desk = new Desk("linux");
    desk.keyboard.release();
    desk.down("KeyA", "a");
    desk.up("KeyA", "a");
    desk.take();
    desk.keyboard.release();
    expect(desk.take()).toEqual([]);
  });
});

describe("the way out", () => {
  const control = ["ControlLeft", "Control"] as const;
  const alt = ["AltLeft", "Alt"] as const;
  const shift = ["ShiftLeft", "Shift"] as const;

  it.each([
    ["linux", [control, alt, shift]],
    ["linux", [shift, alt, control]],
    ["linux", [shift, control, ["AltLeft", "Meta"]]],
    ["linux", [["ControlRight", "Control"], ["ShiftRight", "Shift"], alt]],
    ["windows", [control, alt, shift]],
    ["windows", [shift, alt, control]],
    ["windows", [shift, control, alt]],
    ["mac", [alt, shift, control]],
  ] as const)("is Control, Alt and Shift together (%s, %j)", (platform, keys) => {
    const desk = new Desk(platform);
    for (const [code, key] of keys) expect(desk.down(code, key)).toBe(true);
    expect(desk.take().slice(-2)).toEqual(["release", "way out"]);
    for (const [code, key] of keys) desk.up(code, key);
    expect(desk.take()).toEqual([]);
  });

  it.each([
    ["two of them", [control, shift]],
    ["another key with them", [["KeyA", "a"], control, alt, shift]],
    ["another modifier with them", [["MetaLeft", "Meta"], control, alt, shift]],
    ["AltGr in Alt's place", [control, ["AltRight", "AltGraph"], shift]],
  ] as const)("is not %s", (_, keys) => {
    const desk = new Desk("linux");
    for (const [code, key] of keys) desk.down(code, key);
    expect(desk.take()).toHaveLength(keys.length);
  });

  it("is not AltGr with Shift, which Windows takes for all three", () => {
    const desk = new Desk("windows");
    desk.down("ControlLeft", "Control", { at: 0 });
    desk.down("AltRight", "Alt", { at: 1 });
    desk.down("ShiftLeft", "Shift");
    expect(desk.take()).toEqual(["+AltRight fe03", "+ShiftLeft ffe1"]);
  });

  it("is open while Control is Command", () => {
    const desk = new Desk("linux");
    desk.keyboard.controlAsCommand = true;
    for (const [code, key] of [control, alt, shift]) desk.down(code, key);
    expect(desk.take().slice(-2)).toEqual(["release", "way out"]);
  });
});
