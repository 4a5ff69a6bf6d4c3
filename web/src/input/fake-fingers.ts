/** Fingers that tests put on a picture, with what the machine was told of it. */
import { FakeClock } from "../transport/fakes";
import { FakeFrames } from "./fakes";
import { Touch, type TouchMode } from "./touch";

/** The picture is twice as large as on the page, where it begins at 100, 100. */
const BOUNDS = { left: 100, top: 100, width: 400, height: 300 };

export class Fingers {
  readonly told: string[] = [];
  readonly clock = new FakeClock();
  readonly frames = new FakeFrames();
  readonly element = document.createElement("div");
  readonly touch: Touch;

  constructor(mode: TouchMode) {
    this.touch = new Touch(this.element, {
      listener: {
        pointer: (buttons, x, y) => this.told.push(`${buttons} at ${x},${y}`),
        wheel: (x, y, right, down) => this.told.push(`wheel ${right},${down} at ${x},${y}`),
      },
      place(x, y, clamp) {
        const [right, down] = [x - BOUNDS.left, y - BOUNDS.top];
        const inside = right >= 0 && down >= 0 && right < BOUNDS.width && down < BOUNDS.height;
        if (!inside && !clamp) return null;
        const within = (v: number, size: number) =>
          Math.round(Math.min(Math.max(v * 2, 0), size * 2 - 1));
        return { x: within(right, BOUNDS.width), y: within(down, BOUNDS.height) };
      },
      bounds: () => BOUNDS,
      zoom: (factor, x, y) => this.told.push(`zoom ${factor.toFixed(2)} at ${x},${y}`),
      clock: this.clock,
      nextFrame: this.frames.next,
    });
    this.touch.mode = mode;
  }

  down(x: number, y: number, pointerId = 1): void {
    this.#send("pointerdown", x, y, pointerId);
  }

  /** Moves and lets a frame pass. */
  move(...fingers: [x: number, y: number, pointerId?: number][]): void {
    for (const [x, y, pointerId] of fingers) this.#send("pointermove", x, y, pointerId ?? 1);
    this.frames.draw();
  }

  up(x: number, y: number, pointerId = 1): void {
    this.#send("pointerup", x, y, pointerId);
  }

  cancel(pointerId = 1): void {
    this.#send("pointercancel", 0, 0, pointerId);
  }

  tap(x: number, y: number, fingers = 1): void {
    for (let id = 1; id <= fingers; id += 1) this.down(x + id - 1, y, id);
    for (let id = 1; id <= fingers; id += 1) this.up(x + id - 1, y, id);
  }

  take(): string[] {
    return this.told.splice(0);
  }

  #send(type: string, clientX: number, clientY: number, pointerId: number): void {
    this.element.dispatchEvent(
      new PointerEvent(type, { pointerType: "touch", pointerId, clientX, clientY }),
    );
  }
}
