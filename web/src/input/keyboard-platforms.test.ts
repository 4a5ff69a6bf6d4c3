// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Desk } from "./fake-desk";

describe("Macs", () => {
  it.each(["mac", "ios"] as const)(
    "lets a key go at once while Command is held (%s)",
    (platform) => {
      const desk = new Desk(platform);
      desk.down("MetaLeft", "Meta", { metaKey: true });
      desk.down("ShiftLeft", "Shift", { metaKey: true });
      desk.down("KeyC", "c", { metaKey: true });
      desk.down("KeyC", "c", { metaKey: true, repeat: true });
      desk.up("ShiftLeft", "Shift", { metaKey: true });
      desk.up("MetaLeft", "Meta");
      expect(desk.take()).toEqual([
        "+MetaLeft ffeb",
        "+ShiftLeft ffe1",
        "+KeyC c",
        "-KeyC c",
        "+KeyC c",
        "-KeyC c",
        "-ShiftLeft ffe1",
        "-MetaLeft ffeb",
      ]);
    },
  );

  it("lets go of what was held before Command when Command goes up, but for modifiers", () => {
    const desk = new Desk("mac");
    desk.down("AltLeft", "Alt");
    desk.down("ArrowLeft", "ArrowLeft");
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.take();
    desk.up("MetaLeft", "Meta");
    expect(desk.take()).toEqual(["-MetaLeft ffeb", "-ArrowLeft ff51"]);
    desk.up("AltLeft", "Alt");
    expect(desk.take()).toEqual(["-AltLeft ffe9"]);
  });

  it("holds a key with Meta elsewhere", () => {
    const desk = new Desk("windows");
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.down("KeyE", "e", { metaKey: true });
    desk.up("MetaLeft", "Meta");
    expect(desk.take()).toEqual(["+MetaLeft ffeb", "+KeyE e", "-MetaLeft ffeb"]);
  });

  it.each(["mac", "ios"] as const)(
    "presses Caps Lock for either of its events (%s)",
    (platform) => {
      const desk = new Desk(platform);
      desk.down("CapsLock", "CapsLock");
      expect(desk.take()).toEqual(["+CapsLock ffe5", "-CapsLock ffe5"]);
      desk.up("CapsLock", "CapsLock");
      expect(desk.take()).toEqual(["+CapsLock ffe5", "-CapsLock ffe5"]);
    },
  );

  it("holds Caps Lock elsewhere", () => {
    const desk = new Desk("linux");
    desk.down("CapsLock", "CapsLock");
    expect(desk.take()).toEqual(["+CapsLock ffe5"]);
    desk.up("CapsLock", "CapsLock");
    expect(desk.take()).toEqual(["-CapsLock ffe5"]);
  });
});

describe("Option on a Mac, where the machine is none", () => {
  function desk(): Desk {
    const made = new Desk("mac");
    made.keyboard.optionMakesSigns = true;
    made.down("AltLeft", "Alt", { altKey: true });
    made.take();
    return made;
  }

  it("makes a sign, and is no Alt with it", () => {
    const german = desk();
    german.down("KeyL", "@", { altKey: true });
    german.up("KeyL", "@", { altKey: true });
    german.up("AltLeft", "Alt");
    expect(german.take()).toEqual(["-AltLeft ffe9", "+? @", "-? @"]);
  });

  it("is Alt with a letter, whatever comes of that here", () => {
    const american = desk();
    american.down("KeyF", "ƒ", { altKey: true });
    american.up("KeyF", "ƒ", { altKey: true });
    american.down("KeyF", "Ï", { altKey: true, shiftKey: true });
    expect(american.take()).toEqual(["+21 f", "-21 f", "+21 F"]);
  });

  it("is Option on a Mac", () => {
    const mac = desk();
    mac.keyboard.optionMakesSigns = false;
    mac.down("KeyL", "@", { altKey: true });
    expect(mac.take()).toEqual(["+26 @"]);
  });
});

describe("what the page keeps", () => {
  it("comes behind a Control that was held back on Windows", () => {
    const desk = new Desk("windows");
    desk.aside = (event) => event.key === "v";
    desk.down("ControlLeft", "Control", { ctrlKey: true });
    expect(desk.take()).toEqual([]);
    desk.down("KeyV", "v", { ctrlKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3"]);
  });
});

describe("iOS", () => {
  it("lets go at once of keys that produce characters, and of no others", () => {
    const desk = new Desk("ios");
    desk.down("ShiftLeft", "Shift");
    desk.down("KeyA", "A");
    desk.down("ArrowLeft", "ArrowLeft");
    desk.up("KeyA", "A");
    expect(desk.take()).toEqual(["+ShiftLeft ffe1", "+KeyA A", "-KeyA A", "+ArrowLeft ff51"]);
  });
});

describe("Windows", () => {
  it.each([
    ["AltGraph", 1],
    ["AltGraph", 90],
    ["Alt", 1],
    ["Alt", 49],
  ])("drops AltGr's Control, and its keyup (%s after %i ms)", async (key, ms) => {
    const desk = new Desk("windows");
    desk.down("ControlLeft", "Control", { at: 1000, ctrlKey: true });
    desk.down("AltRight", key, { at: 1000 + ms });
    desk.down("KeyQ", "@", { altGraph: true });
    desk.up("KeyQ", "@", { altGraph: true });
    desk.up("ControlLeft", "Control");
    desk.up("AltRight", key);
    await desk.clock.advance(1000);
    expect(desk.take()).toEqual(["+AltRight fe03", "+KeyQ @", "-KeyQ @", "-AltRight fe03"]);
  });

  it("drops it whenever it repeats", () => {
    const desk = new Desk("windows");
    for (const repeat of [false, true, true]) {
      desk.down("ControlLeft", "Control", { at: 1000, repeat });
      desk.down("AltRight", "AltGraph", { at: 1000, repeat });
    }
    expect(desk.take()).toEqual(["+AltRight fe03", "+AltRight fe03", "+AltRight fe03"]);
  });

  it("drops it while Control is Command", () => {
    const desk = new Desk("windows");
    desk.keyboard.controlAsCommand = true;
    desk.down("ControlLeft", "Control", { at: 0 });
    desk.down("AltRight", "AltGraph", { at: 1 });
    expect(desk.take()).toEqual(["+AltRight fe03"]);
  });

  it("sends Control with the right Alt where somebody has pressed the two", () => {
    const desk = new Desk("windows");
    desk.down("ControlLeft", "Control", { at: 1000 });
    desk.down("AltRight", "Alt", { at: 1050 });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+AltRight ffea"]);
  });

  it("sends Control after 100 ms", async () => {
    const desk = new Desk("windows");
    expect(desk.down("ControlLeft", "Control")).toBe(true);
    await desk.clock.advance(99);
    expect(desk.take()).toEqual([]);
    await desk.clock.advance(1);
    expect(desk.take()).toEqual(["+ControlLeft ffe3"]);
    desk.up("ControlLeft", "Control");
    expect(desk.take()).toEqual(["-ControlLeft ffe3"]);
  });

  it.each([
    ["another key", (desk: Desk) => desk.down("KeyC", "c", { ctrlKey: true }), "+KeyC c"],
    ["another key's way up", (desk: Desk) => desk.up("KeyA", "a", { ctrlKey: true }), "-KeyA a"],
    ["its own way up", (desk: Desk) => desk.up("ControlLeft", "Control"), "-ControlLeft ffe3"],
    [
      "its own repetition",
      (desk: Desk) => desk.down("ControlLeft", "Control", { repeat: true }),
      "+ControlLeft ffe3",
    ],
    ["a click", (desk: Desk) => desk.keyboard.flush(), undefined],
  ] as const)("sends Control before %s", async (_, act, then) => {
    const desk = new Desk("windows");
    desk.down("KeyA", "a");
    desk.down("ControlLeft", "Control");
    desk.take();
    act(desk);
    expect(desk.take()).toEqual(["+ControlLeft ffe3", ...(then === undefined ? [] : [then])]);
    await desk.clock.advance(1000);
    expect(desk.take()).toEqual([]);
  });

  it("forgets a Control that was not sent yet when it lets go", async () => {
    const desk = new Desk("windows");
    desk.down("ControlLeft", "Control");
    desk.keyboard.release();
    await desk.clock.advance(1000);
    expect(desk.take()).toEqual([]);
  });

  it("does not wait for AltGr with the right Control, nor elsewhere", () => {
    const desk = new Desk("windows");
    desk.down("ControlRight", "Control");
    expect(desk.take()).toEqual(["+ControlRight ffe4"]);
    const other = new Desk("linux");
    other.down("ControlLeft", "Control");
    expect(other.take()).toEqual(["+ControlLeft ffe3"]);
  });

  it("lets go of Control and Alt where they have made a character together", () => {
    const desk = new Desk("windows");
    desk.down("ControlLeft", "Control", { ctrlKey: true });
    desk.down("AltLeft", "Alt", { ctrlKey: true, altKey: true });
    desk.take();
    desk.down("KeyQ", "@", { altGraph: true });
    expect(desk.take()).toEqual(["-ControlLeft ffe3", "-AltLeft ffe9", "+KeyQ @"]);
  });

  it("lets go of both Shift keys when one goes up", () => {
    const desk = new Desk("windows");
    desk.down("ShiftLeft", "Shift");
    desk.down("ShiftRight", "Shift");
    desk.take();
    desk.up("ShiftRight", "Shift");
    expect(desk.take()).toEqual(["-ShiftLeft ffe1", "-ShiftRight ffe2"]);
  });

  it("lets go of one Shift key elsewhere", () => {
    const desk = new Desk("linux");
    desk.down("ShiftLeft", "Shift");
    desk.down("ShiftRight", "Shift");
    desk.take();
    desk.up("ShiftRight", "Shift");
    expect(desk.take()).toEqual(["-ShiftRight ffe2"]);
  });

  it.each([
    ["Backquote", "Zenkaku", "Backquote ff28"],
    ["Backquote", "Hankaku", "Backquote ff29"],
    ["KanaMode", "KanaMode", "KanaMode ff2d"],
    ["Convert", "Convert", "Convert ff23"],
    ["Lang1", "Unidentified", "Lang1 0"],
  ])("lets go at once of %s that means %s", (code, key, name) => {
    const desk = new Desk("windows");
    desk.down(code, key);
    expect(desk.take()).toEqual([`+${name}`, `-${name}`]);
    const other = new Desk("linux");
    other.down(code, key);
    expect(other.take()).toEqual([`+${name}`]);
  });
});
