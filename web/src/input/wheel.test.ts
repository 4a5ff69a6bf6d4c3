// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { FakeFrames } from "./fakes";
import { Wheel } from "./wheel";

const [PIXEL, LINE, PAGE] = [0, 1, 2];

class Desk {
  readonly told: string[] = [];
  readonly frames = new FakeFrames();
  readonly element = document.createElement("div");
  readonly wheel: Wheel;
  readonly listened: unknown[] = [];

  constructor() {
    const listen = this.element.addEventListener.bind(this.element);
    this.element.addEventListener = (type: string, run: EventListener, options?: object) => {
      this.listened.push([type, (options as AddEventListenerOptions).passive]);
      listen(type, run, options);
    };
    this.wheel = new Wheel(this.element, {
      listener: { wheel: (x, y, right, down) => this.told.push(`${right},${down} at ${x},${y}`) },
      nextFrame: this.frames.next,
      place: (x, y) => (x < 0 ? null : { x, y }),
    });
  }

  /** Whether it was kept from the page. */
  turn(deltaX: number, deltaY: number, deltaMode = PIXEL, init: WheelEventInit = {}): boolean {
    const { clientX = 5, ...rest } = init;
    const event = new WheelEvent("wheel", { deltaX, deltaY, deltaMode, cancelable: true, ...rest });
    // In happy-dom it is no mouse event.
    Object.assign(event, { clientX, clientY: 6 });
    this.element.dispatchEvent(event);
    return event.defaultPrevented;
  }

  draw(): string[] {
    this.frames.draw();
    return this.told.splice(0);
  }
}

it.each([
  ["pixels", 0, 100, PIXEL, "0,120"],
  ["pixels up", 0, -100, PIXEL, "0,-120"],
  ["pixels to the right", 50, 0, PIXEL, "60,0"],
  ["lines", 0, 3, LINE, "0,120"],
  ["lines to the left", -1, 0, LINE, "-40,0"],
  ["pages", 0, 1, PAGE, "0,120"],
])("turns %s into notches", (_, x, y, mode, turn) => {
  const desk = new Desk();
  expect(desk.turn(x, y, mode)).toBe(true);
  expect(desk.draw()).toEqual([`${turn} at 5,6`]);
});

it("tells once for each frame, from where it was turned last", () => {
  const desk = new Desk();
  desk.turn(0, 100);
  desk.turn(10, 100, PIXEL, { clientX: 8 });
  desk.turn(10, 50, PIXEL, { clientX: 9 });
  expect(desk.told).toEqual([]);
  expect(desk.draw()).toEqual(["24,300 at 9,6"]);
  expect(desk.draw()).toEqual([]);
});

it("keeps small turns until they are an eighth of a notch", () => {
  const desk = new Desk();
  const told: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    desk.turn(0, 4);
    told.push(...desk.draw());
  }
  expect(told).toEqual(["0,19 at 5,6"]);
});

it("keeps the small part of one direction while the other one is told", () => {
  const desk = new Desk();
  desk.turn(10, 100);
  expect(desk.draw()).toEqual(["0,120 at 5,6"]);
  desk.turn(5, 0);
  expect(desk.draw()).toEqual(["18,0 at 5,6"]);
});

it("loses no fraction", () => {
  const desk = new Desk();
  let down = 0;
  for (let i = 0; i < 100; i += 1) {
    desk.turn(0, 13.37);
    for (const told of desk.draw()) down += Number(/,(\d+) /.exec(told)?.[1]);
  }
  expect(down).toBe(Math.trunc(100 * 13.37 * 1.2));
});

it("owes nothing to the other direction", () => {
  const desk = new Desk();
  desk.turn(0, 12);
  expect(desk.draw()).toEqual([]);
  desk.turn(0, -25);
  expect(desk.draw()).toEqual(["0,-30 at 5,6"]);
});

it("tells of ten notches at most, and forgets the rest", () => {
  const desk = new Desk();
  desk.turn(-5000, 5000);
  expect(desk.draw()).toEqual(["-1200,1200 at 5,6"]);
  desk.turn(0, 100);
  expect(desk.draw()).toEqual(["0,120 at 5,6"]);
});

it("takes what the browser says with Shift and with Control, and keeps the page from zooming", () => {
  const desk = new Desk();
  expect(desk.turn(100, 0, PIXEL, { shiftKey: true })).toBe(true);
  expect(desk.draw()).toEqual(["120,0 at 5,6"]);
  expect(desk.turn(0, 50, PIXEL, { ctrlKey: true })).toBe(true);
  expect(desk.draw()).toEqual(["0,60 at 5,6"]);
  expect(desk.listened).toEqual([["wheel", false]]);
});

it("leaves to the page what is outside the picture", () => {
  const desk = new Desk();
  expect(desk.turn(0, 100, PIXEL, { clientX: -1 })).toBe(false);
  expect(desk.draw()).toEqual([]);
});

it("tells nothing after it was disposed of", () => {
  const desk = new Desk();
  desk.turn(0, 100);
  desk.wheel.dispose();
  desk.turn(0, 100);
  expect(desk.draw()).toEqual([]);
});
