// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { FakeFrames } from "./fakes";
import { PointerInput } from "./pointer";

const SIZE = 100;

class Desk {
  readonly told: string[] = [];
  readonly captured: number[] = [];
  readonly frames = new FakeFrames();
  readonly element = document.createElement("div");
  readonly input: PointerInput;

  constructor() {
    this.element.setPointerCapture = (id) => {
      this.captured.push(id);
    };
    this.input = new PointerInput(this.element, {
      listener: { pointer: (buttons, x, y) => this.told.push(`${buttons} at ${x},${y}`) },
      nextFrame: this.frames.next,
      place(x, y, clamp) {
        const inside = x >= 0 && y >= 0 && x < SIZE && y < SIZE;
        if (!inside && !clamp) return null;
        const within = (v: number) => Math.min(Math.max(v, 0), SIZE - 1);
        return { x: within(x), y: within(y) };
      },
    });
  }

  send(type: string, x: number, y: number, init: PointerEventInit = {}): void {
    const event = new PointerEvent(type, {
      pointerType: "mouse",
      pointerId: 1,
      clientX: x,
      clientY: y,
      button: -1,
      ...init,
    });
    this.element.dispatchEvent(event);
  }

  move(x: number, y: number, buttons = 0): void {
    this.send("pointermove", x, y, { buttons });
  }

  take(): string[] {
    return this.told.splice(0);
  }
}

it("tells one move for each frame, the last one", () => {
  const desk = new Desk();
  desk.move(1, 1);
  desk.move(2, 2);
  desk.move(3, 3);
  expect(desk.take()).toEqual([]);
  desk.frames.draw();
  expect(desk.take()).toEqual(["0 at 3,3"]);
  expect(desk.frames.waiting).toBe(0);
  desk.move(4, 4);
  desk.frames.draw();
  expect(desk.take()).toEqual(["0 at 4,4"]);
});

it("does not tell of a move that leads nowhere", () => {
  const desk = new Desk();
  desk.move(5, 5);
  desk.frames.draw();
  desk.move(9, 9);
  desk.move(5, 5);
  desk.frames.draw();
  expect(desk.take()).toEqual(["0 at 5,5"]);
});

it.each([
  ["left", 0, 1, 1],
  ["middle", 1, 4, 2],
  ["right", 2, 2, 4],
  ["back", 3, 8, 8],
  ["forward", 4, 16, 16],
])("tells at once of the %s button", (_, button, buttons, wire) => {
  const desk = new Desk();
  desk.send("pointerdown", 10, 20, { button, buttons });
  expect(desk.take()).toEqual([`${wire} at 10,20`]);
  desk.send("pointerup", 11, 21, { button, buttons: 0 });
  expect(desk.take()).toEqual(["0 at 11,21"]);
});

it("knows no other buttons than the wire", () => {
  const desk = new Desk();
  desk.send("pointerdown", 10, 20, { pointerType: "pen", button: 5, buttons: 32 });
  expect(desk.take()).toEqual([]);
});

it("tells of a second button, which comes with a move", () => {
  const desk = new Desk();
  desk.send("pointerdown", 1, 1, { button: 0, buttons: 1 });
  desk.send("pointermove", 2, 2, { button: 2, buttons: 3 });
  desk.send("pointermove", 3, 3, { button: 0, buttons: 2 });
  desk.send("pointerup", 3, 3, { button: 2, buttons: 0 });
  expect(desk.take()).toEqual(["1 at 1,1", "5 at 2,2", "4 at 3,3", "0 at 3,3"]);
});

it("merges a move that waits into the button's message", () => {
  const desk = new Desk();
  desk.move(1, 1);
  desk.send("pointerdown", 2, 2, { button: 0, buttons: 1 });
  desk.frames.draw();
  desk.move(5, 5, 1);
  desk.send("pointerup", 6, 6, { button: 0, buttons: 0 });
  desk.frames.draw();
  expect(desk.take()).toEqual(["1 at 2,2", "0 at 6,6"]);
});

it("captures the pointer with the first button", () => {
  const desk = new Desk();
  desk.send("pointerdown", 1, 1, { button: 0, buttons: 1, pointerId: 7 });
  desk.send("pointermove", 1, 1, { button: 2, buttons: 3, pointerId: 7 });
  expect(desk.captured).toEqual([7]);
});

it("ignores what is outside the picture", () => {
  const desk = new Desk();
  desk.move(-1, 5);
  desk.send("pointerdown", 100, 5, { button: 0, buttons: 1 });
  desk.frames.draw();
  expect(desk.take()).toEqual([]);
  expect(desk.captured).toEqual([]);
});

it("follows a held button outside, as far as the picture goes", () => {
  const desk = new Desk();
  desk.send("pointerdown", 50, 50, { button: 0, buttons: 1 });
  desk.move(-20, 300, 1);
  desk.frames.draw();
  desk.send("pointerup", 500, 50, { button: 0, buttons: 0 });
  expect(desk.take()).toEqual(["1 at 50,50", "1 at 0,99", "0 at 99,50"]);
});

it("does not press a button inside that was pressed outside", () => {
  const desk = new Desk();
  desk.send("pointerdown", 200, 5, { button: 0, buttons: 1 });
  desk.move(50, 5, 1);
  desk.frames.draw();
  desk.send("pointermove", 50, 5, { button: 2, buttons: 3 });
  expect(desk.take()).toEqual(["0 at 50,5", "4 at 50,5"]);
});

it("notices that a button went up unseen", () => {
  const desk = new Desk();
  desk.send("pointerdown", 5, 5, { button: 0, buttons: 1 });
  desk.move(6, 6, 0);
  expect(desk.take()).toEqual(["1 at 5,5", "0 at 6,6"]);
});

it.each(["pointercancel", "lostpointercapture"])("lets go of buttons on %s", (type) => {
  const desk = new Desk();
  desk.send("pointerdown", 5, 5, { button: 2, buttons: 2 });
  desk.move(6, 6, 2);
  desk.frames.draw();
  desk.send(type, 0, 0);
  desk.send(type, 0, 0);
  expect(desk.take()).toEqual(["4 at 5,5", "4 at 6,6", "0 at 6,6"]);
});

it("keeps the buttons when another pointer is lost or moves", () => {
  const desk = new Desk();
  desk.send("pointerdown", 5, 5, { button: 0, buttons: 1, pointerType: "pen", pointerId: 2 });
  desk.send("pointercancel", 0, 0, { pointerId: 3 });
  desk.move(8, 8);
  desk.frames.draw();
  expect(desk.take()).toEqual(["1 at 5,5"]);
});

it("leaves touch to others", () => {
  const desk = new Desk();
  desk.send("pointerdown", 5, 5, { button: 0, buttons: 1, pointerType: "touch" });
  desk.send("pointermove", 6, 6, { buttons: 1, pointerType: "touch" });
  desk.frames.draw();
  expect(desk.take()).toEqual([]);
});

it("prevents the context menu", () => {
  const desk = new Desk();
  const event = new Event("contextmenu", { cancelable: true });
  desk.element.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});

it.each([
  ["mousedown", 0, false],
  ["mousedown", 1, true],
  ["mouseup", 3, true],
  ["auxclick", 4, true],
])("prevents what a browser does by %s of button %i: %s", (type, button, prevented) => {
  const desk = new Desk();
  const event = new MouseEvent(type, { cancelable: true, button });
  desk.element.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(prevented);
});

it("lets go of buttons and of the element when it is disposed of", () => {
  const desk = new Desk();
  desk.send("pointerdown", 5, 5, { button: 0, buttons: 1 });
  desk.move(6, 6, 1);
  desk.input.dispose();
  desk.frames.draw();
  desk.move(7, 7);
  desk.frames.draw();
  expect(desk.take()).toEqual(["1 at 5,5", "0 at 5,5"]);
});

it("says nothing when it is disposed of without a button", () => {
  const desk = new Desk();
  desk.input.dispose();
  expect(desk.take()).toEqual([]);
});
