// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Fingers } from "./fake-fingers";

describe("direct", () => {
  it("drags with the left button from where the finger came down", () => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    fingers.move([155, 160]);
    expect(fingers.take()).toEqual([]);
    fingers.move([160, 165], [170, 170]);
    expect(fingers.take()).toEqual(["1 at 100,120", "1 at 140,140"]);
    fingers.up(180, 170);
    expect(fingers.take()).toEqual(["1 at 160,140", "0 at 160,140"]);
  });

  it("drags as far as the picture goes", () => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    fingers.move([50, 160]);
    fingers.up(900, 900);
    expect(fingers.take()).toEqual(["1 at 100,120", "1 at 0,120", "1 at 799,599", "0 at 799,599"]);
  });

  it("presses the right button when a finger rests, drags with it and lets it go", async () => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    await fingers.clock.advance(499);
    expect(fingers.take()).toEqual([]);
    await fingers.clock.advance(1);
    expect(fingers.take()).toEqual(["4 at 100,120"]);
    fingers.move([155, 160]);
    expect(fingers.take()).toEqual([]);
    fingers.move([180, 160]);
    expect(fingers.take()).toEqual(["4 at 160,120"]);
    fingers.up(180, 160);
    expect(fingers.take()).toEqual(["0 at 160,120"]);
  });

  it("does not take a finger that moves for one that rests", async () => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    fingers.move([180, 160]);
    await fingers.clock.advance(1000);
    fingers.up(180, 160);
    expect(fingers.take()).toEqual(["1 at 100,120", "1 at 160,120", "0 at 160,120"]);
  });

  it("sees a movement that no frame has shown yet before it takes a finger to rest", async () => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    fingers.element.dispatchEvent(
      new PointerEvent("pointermove", {
        pointerType: "touch",
        pointerId: 1,
        clientX: 200,
        clientY: 160,
      }),
    );
    await fingers.clock.advance(500);
    expect(fingers.take()).toEqual(["1 at 100,120", "1 at 200,120"]);
  });

  it.each([
    ["taps", (fingers: Fingers) => fingers.tap(50, 160)],
    ["taps with two fingers", (fingers: Fingers) => fingers.tap(50, 160, 2)],
    [
      "drags",
      (fingers: Fingers) => {
        fingers.down(50, 160);
        fingers.move([150, 160]);
        fingers.move([200, 160]);
        fingers.up(200, 160);
      },
    ],
    [
      "scrolls",
      (fingers: Fingers) => {
        fingers.down(20, 160, 1);
        fingers.down(60, 160, 2);
        fingers.move([20, 200, 1], [60, 200, 2]);
      },
    ],
  ] as const)("%s outside the picture without an effect", (_, act) => {
    const fingers = new Fingers("direct");
    act(fingers);
    expect(fingers.take()).toEqual([]);
  });

  it("rests outside the picture without an effect, whatever comes of it", async () => {
    const fingers = new Fingers("direct");
    fingers.down(50, 160);
    await fingers.clock.advance(500);
    fingers.move([150, 160]);
    fingers.up(150, 160);
    expect(fingers.take()).toEqual([]);
  });

  it.each(["cancel", "dispose"] as const)("lets go of a button on %s", (how) => {
    const fingers = new Fingers("direct");
    fingers.down(150, 160);
    fingers.move([180, 160]);
    fingers.take();
    if (how === "cancel") fingers.cancel();
    else fingers.touch.dispose();
    expect(fingers.take()).toEqual(["0 at 160,120"]);
  });

  it("lets a second tap nearby meet the first one, for it is half of a double click", async () => {
    const fingers = new Fingers("direct");
    fingers.tap(150, 160);
    await fingers.clock.advance(499);
    fingers.tap(165, 180);
    expect(fingers.take().filter((t) => t[0] === "1")).toEqual(["1 at 100,120", "1 at 100,120"]);
    await fingers.clock.advance(500);
    fingers.tap(165, 180);
    fingers.tap(250, 180);
    expect(fingers.take().filter((t) => t[0] === "1")).toEqual(["1 at 130,160", "1 at 300,160"]);
  });
});

describe("touchpad", () => {
  it("pushes the pointer, slow ones as far as the finger goes, fast ones farther", () => {
    const fingers = new Fingers("touchpad");
    fingers.down(10, 10);
    fingers.move([30, 10]);
    expect(fingers.take()).toEqual(["0 at 460,300"]);
    fingers.move([31, 10]);
    expect(fingers.take()).toEqual(["0 at 462,300"]);
    fingers.move([31, 70]);
    expect(fingers.take()).toEqual(["0 at 462,599"]);
  });

  it("keeps the pointer on the picture, and lets it turn back at once", () => {
    const fingers = new Fingers("touchpad");
    fingers.down(500, 10);
    fingers.move([100, 10]);
    expect(fingers.take()).toEqual(["0 at 0,300"]);
    fingers.move([101, 10]);
    expect(fingers.take()).toEqual(["0 at 2,300"]);
  });

  it("starts where the pointer is, wherever the finger comes down", () => {
    const fingers = new Fingers("touchpad");
    fingers.down(10, 10);
    fingers.move([30, 10]);
    fingers.up(30, 10);
    fingers.take();
    fingers.down(400, 300);
    fingers.move([400, 320]);
    expect(fingers.take()).toEqual(["0 at 460,360"]);
  });

  it("starts where a finger has put the pointer in direct mode", async () => {
    const fingers = new Fingers("direct");
    fingers.tap(150, 160);
    fingers.touch.mode = "touchpad";
    fingers.take();
    fingers.tap(300, 300);
    await fingers.clock.advance(250);
    expect(fingers.take()).toEqual(["1 at 100,120", "0 at 100,120"]);
  });

  it("drags after a tap, with the button held all the time", async () => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    await fingers.clock.advance(249);
    fingers.down(10, 10);
    await fingers.clock.advance(5000);
    fingers.move([30, 10]);
    fingers.up(30, 10);
    expect(fingers.take()).toEqual(["1 at 400,300", "1 at 460,300", "0 at 460,300"]);
  });

  it("moves without a button when the tap is too long ago", async () => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    await fingers.clock.advance(250);
    fingers.down(10, 10);
    fingers.move([30, 10]);
    fingers.up(30, 10);
    expect(fingers.take()).toEqual(["1 at 400,300", "0 at 400,300", "0 at 460,300"]);
  });

  it("clicks twice for two taps", async () => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    fingers.tap(10, 10);
    await fingers.clock.advance(250);
    expect(fingers.take().map((t) => t[0])).toEqual(["1", "0", "1", "0"]);
  });

  it.each([
    ["scrolls", 10, "wheel"],
    ["zooms", 110, "zoom"],
  ] as const)("lets a tap's button go before it %s", (_, right, then) => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    fingers.down(10, 10, 1);
    fingers.down(60, 10, 2);
    fingers.move([10, 60, 1], [right + 50, 60, 2]);
    fingers.move([10, 90, 1], [right + 90, 90, 2]);
    const told = fingers.take();
    expect(told.slice(0, 2)).toEqual(["1 at 400,300", "0 at 400,300"]);
    expect(told[2]?.split(" ")[0]).toBe(then);
  });

  it("lets a tap's button go when it is disposed of", () => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    fingers.touch.dispose();
    expect(fingers.take()).toEqual(["1 at 400,300", "0 at 400,300"]);
  });

  it("does not click for a finger that rests, and pushes the pointer with it afterwards", async () => {
    const fingers = new Fingers("touchpad");
    fingers.down(10, 10);
    await fingers.clock.advance(500);
    fingers.up(10, 10);
    fingers.down(10, 10);
    await fingers.clock.advance(500);
    fingers.move([30, 10]);
    fingers.up(30, 10);
    expect(fingers.take()).toEqual(["0 at 460,300"]);
  });

  it("changes its mode with the next touch", () => {
    const fingers = new Fingers("touchpad");
    fingers.down(10, 10);
    fingers.touch.mode = "direct";
    fingers.move([30, 10]);
    fingers.up(30, 10);
    expect(fingers.take()).toEqual(["0 at 460,300"]);
    fingers.tap(150, 160);
    expect(fingers.take()).toEqual(["1 at 100,120", "0 at 100,120"]);
  });

  it("lets a tap's button go before it touches directly", () => {
    const fingers = new Fingers("touchpad");
    fingers.tap(10, 10);
    fingers.touch.mode = "direct";
    fingers.down(150, 160);
    expect(fingers.take()).toEqual(["1 at 400,300", "0 at 400,300"]);
  });
});
