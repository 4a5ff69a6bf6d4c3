// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { FakeClock } from "../transport/fakes";
import { Fingers } from "./fake-fingers";
import { FakeFrames } from "./fakes";
import { Touch } from "./touch";

/** Both modes: where a click goes that is made at 150, 160. */
const CLICKS = [
  ["direct", "100,120"],
  ["touchpad", "400,300"],
] as const;

describe.each(CLICKS)("in %s mode", (mode, place) => {
  it.each([
    [1, 1],
    [2, 4],
    [3, 2],
  ])("%i fingers that tap click with button %i", async (count, button) => {
    const fingers = new Fingers(mode);
    fingers.tap(150, 160, count);
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([`${button} at ${place}`, `0 at ${place}`]);
  });

  it("four fingers that tap do nothing", async () => {
    const fingers = new Fingers(mode);
    fingers.tap(150, 160, 4);
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([]);
  });

  it("a tap may move by as much as 10 px", async () => {
    const fingers = new Fingers(mode);
    fingers.down(150, 160);
    fingers.move([156, 168]);
    fingers.up(156, 168);
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([`1 at ${place}`, `0 at ${place}`]);
  });

  it("two fingers that rest or move too long make no click", async () => {
    const fingers = new Fingers(mode);
    fingers.down(150, 160, 1);
    fingers.down(170, 160, 2);
    await fingers.clock.advance(500);
    fingers.up(150, 160, 1);
    fingers.up(170, 160, 2);
    fingers.down(150, 160, 1);
    fingers.down(170, 160, 2);
    // One finger alone: neither together nor apart.
    fingers.move([150, 175, 1]);
    fingers.up(150, 175, 1);
    fingers.up(170, 160, 2);
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([]);
  });

  it("two fingers scroll, a notch for 40 px, against the way they move", () => {
    const fingers = new Fingers(mode);
    fingers.down(150, 160, 1);
    fingers.down(190, 160, 2);
    fingers.move([150, 120, 1], [190, 120, 2]);
    fingers.move([170, 120, 1], [210, 120, 2]);
    fingers.up(170, 120, 1);
    const at = mode === "direct" ? ["140,40", "180,40"] : [place, place];
    expect(fingers.take()).toEqual([`wheel 0,120 at ${at[0]}`, `wheel -60,0 at ${at[1]}`]);
    fingers.move([170, 20, 2]);
    fingers.up(170, 20, 2);
    expect(fingers.take()).toEqual([]);
  });

  it("two fingers that move one behind the other scroll, too", () => {
    const fingers = new Fingers(mode);
    fingers.down(200, 160, 1);
    fingers.down(300, 160, 2);
    fingers.move([240, 160, 1], [340, 160, 2]);
    expect(fingers.take()).toEqual([expect.stringMatching(/^wheel -120,0 at/)]);
  });

  it("small movements add up before they scroll", () => {
    const fingers = new Fingers(mode);
    fingers.down(200, 200, 1);
    fingers.down(300, 200, 2);
    fingers.move([200, 220, 1], [300, 220, 2]);
    fingers.take();
    fingers.move([200, 222, 1], [300, 222, 2]);
    fingers.move([200, 224, 1], [300, 224, 2]);
    expect(fingers.take()).toEqual([]);
    fingers.move([200, 226, 1], [300, 226, 2]);
    expect(fingers.take()).toEqual([expect.stringMatching(/^wheel 0,-18 at/)]);
  });

  it("what was too little to scroll is forgotten with the next touch", () => {
    const fingers = new Fingers(mode);
    for (const moves of [[20, 24], [20]]) {
      fingers.down(200, 200, 1);
      fingers.down(300, 200, 2);
      for (const by of moves) fingers.move([200, 200 + by, 1], [300, 200 + by, 2]);
      const last = 200 + (moves.at(-1) ?? 0);
      fingers.up(200, last, 1);
      fingers.up(300, last, 2);
    }
    expect(fingers.take().map((t) => t.split(" ")[1])).toEqual(["0,-60", "0,-60"]);
  });

  it("two fingers that part zoom around their middle, and what it took to know does not count", () => {
    const fingers = new Fingers(mode);
    fingers.down(200, 200, 1);
    fingers.down(300, 200, 2);
    fingers.move([185, 200, 1], [315, 200, 2]);
    expect(fingers.take()).toEqual([]);
    fingers.move([120, 200, 1], [380, 200, 2]);
    fingers.move([160, 220, 1], [290, 220, 2]);
    expect(fingers.take()).toEqual(["zoom 2.00 at 250,200", "zoom 0.50 at 225,220"]);
  });

  it("three fingers that move do nothing", () => {
    const fingers = new Fingers(mode);
    for (const id of [1, 2, 3]) fingers.down(150 + id * 20, 160, id);
    fingers.move([170, 260, 1], [190, 260, 2], [210, 260, 3]);
    for (const id of [1, 2, 3]) fingers.up(150 + id * 20, 260, id);
    expect(fingers.take()).toEqual([]);
  });

  it("a finger that comes while another drags changes nothing", () => {
    const fingers = new Fingers(mode);
    fingers.down(200, 200, 1);
    fingers.move([220, 200, 1]);
    fingers.take();
    fingers.down(300, 300, 2);
    fingers.move([300, 200, 2]);
    fingers.up(300, 200, 2);
    expect(fingers.take()).toEqual([]);
  });

  it("nothing comes of a touch that the browser takes back", async () => {
    const fingers = new Fingers(mode);
    fingers.down(150, 160);
    fingers.cancel();
    fingers.down(150, 160);
    fingers.move([155, 160]);
    fingers.cancel();
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([]);
  });

  it("begins afresh when all fingers are up", async () => {
    const fingers = new Fingers(mode);
    fingers.tap(150, 160, 2);
    fingers.tap(150, 160);
    await fingers.clock.advance(1000);
    expect(fingers.take().map((t) => t[0])).toEqual(["4", "0", "1", "0"]);
  });

  it("takes nothing but touch, and nothing after it was disposed of", async () => {
    const fingers = new Fingers(mode);
    const mouse = { pointerType: "mouse", pointerId: 1, clientX: 150, clientY: 160 };
    for (const type of ["pointerdown", "pointerup"]) {
      fingers.element.dispatchEvent(new PointerEvent(type, mouse));
    }
    fingers.down(150, 160);
    fingers.touch.dispose();
    fingers.up(150, 160);
    fingers.tap(150, 160);
    await fingers.clock.advance(1000);
    expect(fingers.take()).toEqual([]);
  });
});

it("takes the element for the picture where nothing else is said", () => {
  const told: string[] = [];
  const element = document.createElement("canvas");
  element.getBoundingClientRect = () => new DOMRect(0, 0, 200, 100);
  const frames = new FakeFrames();
  const touch = new Touch(element, {
    listener: {
      pointer: (buttons, x, y) => told.push(`${buttons} at ${x},${y}`),
      wheel: () => told.push("wheel"),
    },
    place: (x, y) => ({ x, y }),
    zoom: () => told.push("zoom"),
    clock: new FakeClock(),
    nextFrame: frames.next,
  });
  touch.mode = "touchpad";
  const finger = { pointerType: "touch", pointerId: 1, clientY: 0 };
  element.dispatchEvent(new PointerEvent("pointerdown", { ...finger, clientX: 0 }));
  element.dispatchEvent(new PointerEvent("pointermove", { ...finger, clientX: 20 }));
  frames.draw();
  expect(told).toEqual(["0 at 130,50"]);
});
