// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Desk } from "./fake-desk";

describe("Control as Command", () => {
  it("sends Meta in Control's place", () => {
    const desk = new Desk("linux");
    desk.keyboard.controlAsCommand = true;
    desk.down("ControlLeft", "Control");
    desk.down("KeyC", "c", { ctrlKey: true });
    desk.up("KeyC", "c", { ctrlKey: true });
    desk.up("ControlLeft", "Control");
    expect(desk.take()).toEqual(["+MetaLeft ffeb", "+KeyC c", "-KeyC c", "-MetaLeft ffeb"]);
  });

  it("holds it until both Control keys are up", () => {
    const desk = new Desk("linux");
    desk.keyboard.controlAsCommand = true;
    desk.down("ControlLeft", "Control");
    desk.down("ControlRight", "Control");
    desk.up("ControlLeft", "Control");
    expect(desk.take()).toEqual(["+MetaLeft ffeb", "+MetaLeft ffeb"]);
    desk.up("ControlRight", "Control");
    expect(desk.take()).toEqual(["-MetaLeft ffeb"]);
  });

  it("lets go as what it was, though the choice has changed", () => {
    const desk = new Desk("linux");
    desk.keyboard.controlAsCommand = true;
    desk.down("ControlLeft", "Control");
    desk.keyboard.controlAsCommand = false;
    desk.up("ControlLeft", "Control");
    desk.down("ControlLeft", "Control");
    expect(desk.take()).toEqual(["+MetaLeft ffeb", "-MetaLeft ffeb", "+ControlLeft ffe3"]);
  });

  it("sends Control held back by Windows as Meta", async () => {
    const desk = new Desk("windows");
    desk.keyboard.controlAsCommand = true;
    desk.down("ControlLeft", "Control");
    await desk.clock.advance(100);
    expect(desk.take()).toEqual(["+MetaLeft ffeb"]);
  });
});

describe("Command as Control", () => {
  function mac(): Desk {
    const desk = new Desk("mac");
    desk.keyboard.commandAsControl = true;
    return desk;
  }

  it("sends Control before the key that comes with Command, and lets it go with Command", () => {
    const desk = mac();
    expect(desk.down("MetaLeft", "Meta", { metaKey: true })).toBe(true);
    expect(desk.take()).toEqual([]);
    desk.down("KeyC", "c", { metaKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+KeyC c", "-KeyC c"]);
    desk.down("KeyV", "v", { metaKey: true });
    expect(desk.take()).toEqual(["+KeyV v", "-KeyV v"]);
    desk.up("MetaLeft", "Meta");
    expect(desk.take()).toEqual(["-ControlLeft ffe3"]);
  });

  it("sends Control before Shift, too", () => {
    const desk = mac();
    desk.down("MetaRight", "Meta", { metaKey: true });
    desk.down("ShiftLeft", "Shift", { metaKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+ShiftLeft ffe1"]);
  });

  it.each([
    ["MetaLeft", "MetaLeft ffeb"],
    ["MetaRight", "MetaRight ffec"],
  ])("sends %s that is pressed alone as what it is", (code, name) => {
    const desk = mac();
    desk.down(code, "Meta", { metaKey: true });
    desk.up(code, "Meta");
    expect(desk.take()).toEqual([`+${name}`, `-${name}`]);
  });

  it("does not take Command for alone that was used for the page", () => {
    const desk = mac();
    desk.aside = ({ code }) => code === "KeyV";
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.down("KeyV", "v", { metaKey: true });
    desk.up("MetaLeft", "Meta");
    expect(desk.take()).toEqual([]);
  });

  it("sends Control for a key that comes behind one for the page", () => {
    const desk = mac();
    desk.aside = ({ code }) => code === "KeyV";
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.down("KeyV", "v", { metaKey: true });
    desk.down("KeyC", "c", { metaKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+KeyC c", "-KeyC c"]);
  });

  it("holds one Control for two Command keys, and for a Control key", () => {
    const desk = mac();
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.down("MetaRight", "Meta", { metaKey: true });
    desk.down("ControlLeft", "Control", { metaKey: true });
    expect(desk.take()).toEqual(Array(3).fill("+ControlLeft ffe3"));
    desk.up("MetaLeft", "Meta");
    desk.up("ControlLeft", "Control");
    expect(desk.take()).toEqual([]);
    desk.up("MetaRight", "Meta");
    expect(desk.take()).toEqual(["-ControlLeft ffe3"]);
  });

  it("sends Control before a click", () => {
    const desk = mac();
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.keyboard.flush();
    expect(desk.take()).toEqual(["+ControlLeft ffe3"]);
  });

  it("forgets Command that was held back when it lets go", () => {
    const desk = mac();
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.field.dispatchEvent(new FocusEvent("blur"));
    desk.up("MetaLeft", "Meta");
    expect(desk.take()).toEqual([]);
  });

  it("is another key beside the three of the way out", () => {
    const desk = mac();
    desk.down("AltLeft", "Alt");
    desk.down("ShiftLeft", "Shift");
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.take();
    desk.down("ControlRight", "Control", { metaKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+ControlRight ffe4"]);
  });

  it("is not the way out with Alt and Shift", () => {
    const desk = mac();
    desk.down("MetaLeft", "Meta", { metaKey: true });
    desk.down("AltLeft", "Alt", { metaKey: true });
    desk.down("ShiftLeft", "Shift", { metaKey: true });
    expect(desk.take()).toEqual(["+ControlLeft ffe3", "+AltLeft ffe9", "+ShiftLeft ffe1"]);
  });
});
