/** Fingers on the picture, as the pointer and the wheel of the machine. */
import { type Cancel, type Clock, nothingToCancel } from "../transport/clock";
import { type GestureListener, Gestures, type Point } from "./gestures";
import { type NextFrame, nextFrame } from "./next-frame";
import { NOTCH, Notches } from "./notches";
import { LEFT, MIDDLE, type Place, type PlaceOf, type PointerListener, RIGHT } from "./pointer";
import type { WheelListener } from "./wheel";

/** `direct`: the pointer is where the finger is. `touchpad`: the finger pushes the pointer. */
export type TouchMode = "direct" | "touchpad";

export type Bounds = Pick<DOMRect, "left" | "top" | "width" | "height">;

export interface TouchOptions {
  listener: PointerListener & WheelListener;
  place: PlaceOf;
  /** The picture on the page, in CSS pixels; the element, where nothing else is said. */
  bounds?(): Bounds;
  /** The picture is wanted that much larger, around a point of the page. */
  zoom(factor: number, clientX: number, clientY: number): void;
  clock: Pick<Clock, "after">;
  nextFrame?: NextFrame;
}

/** By the number of fingers that tap. */
const BUTTON_OF: readonly (number | undefined)[] = [undefined, LEFT, RIGHT, MIDDLE];
/** In 120ths of a notch for a CSS pixel. */
const SCROLL = NOTCH / 40;
const DRAG_AFTER_TAP_MS = 250;
/** Two taps are a double click for the machine only where they meet. */
const SECOND_TAP_MS = 500;
const SECOND_TAP_REACH = 25;

export class Touch {
  /** Counts from the next touch on. */
  mode: TouchMode = "direct";

  readonly #options: TouchOptions;
  readonly #bounds: () => Bounds;
  readonly #gestures: Gestures;
  readonly #notches = new Notches();
  #mode: TouchMode = "direct";
  #buttons = 0;
  #last: Place = { x: 0, y: 0 };
  /** Where the pointer is, in parts of the picture: it stays there when the picture is zoomed. */
  #part: Point = { x: 0.5, y: 0.5 };
  /** Began outside the picture. */
  #outside = false;
  #firstTap: Point | null = null;
  #cancelFirstTap: Cancel = nothingToCancel;
  /** A touchpad's tap is held for a moment, in case that it becomes a drag. */
  #cancelLetGo: Cancel = nothingToCancel;

  constructor(element: HTMLElement, options: TouchOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? (() => element.getBoundingClientRect());
    const { clock } = options;
    const listener: GestureListener = {
      began: () => this.#began(),
      tapped: (fingers, at) => this.#tapped(fingers, at),
      rested: (at) => this.#rested(at),
      dragged: (from, to) => this.#dragged(from, to),
      scrolled: (at, right, down) => this.#scrolled(at, right, down),
      zoomed: (factor, centre) => this.#zoomed(factor, centre),
      ended: () => this.#letGo(),
    };
    this.#gestures = new Gestures(element, {
      listener,
      clock,
      nextFrame: options.nextFrame ?? nextFrame,
    });
  }

  dispose(): void {
    this.#gestures.dispose();
    this.#cancelFirstTap();
    this.#letGo();
  }

  #began(): void {
    this.#cancelLetGo();
    this.#mode = this.mode;
    this.#outside = false;
    this.#notches.clear();
    if (this.#mode === "direct") this.#letGo();
  }

  #tapped(fingers: number, at: Point): void {
    this.#letGo();
    const button = BUTTON_OF[fingers];
    if (button === undefined) return;
    if (this.#mode === "direct") {
      this.#tell(button, button === LEFT ? this.#meet(at) : at, false);
      this.#letGo();
      return;
    }
    this.#tell(button, this.#pointer(), true);
    if (button !== LEFT) this.#letGo();
    else this.#cancelLetGo = this.#options.clock.after(DRAG_AFTER_TAP_MS, () => this.#letGo());
  }

  #rested(at: Point): void {
    if (this.#mode === "direct") this.#outside = !this.#tell(RIGHT, at, false);
  }

  #dragged(from: Point, to: Point): void {
    if (this.#mode === "touchpad") {
      this.#tell(this.#buttons, this.#pushed(to.x - from.x, to.y - from.y), true);
      return;
    }
    if (this.#buttons === 0 && !this.#outside) this.#outside = !this.#tell(LEFT, from, false);
    if (!this.#outside) this.#tell(this.#buttons, to, true);
  }

  #scrolled(at: Point, right: number, down: number): void {
    this.#letGo();
    const point = this.#mode === "touchpad" ? this.#pointer() : at;
    const place = this.#options.place(point.x, point.y, this.#mode === "touchpad");
    if (place === null) return;
    // The fingers hold the content: where they go up, it is scrolled down.
    this.#notches.add(-right * SCROLL, -down * SCROLL);
    const turn = this.#notches.take();
    if (turn !== null) this.#options.listener.wheel(place.x, place.y, turn.right, turn.down);
  }

  #zoomed(factor: number, centre: Point): void {
    this.#letGo();
    this.#options.zoom(factor, centre.x, centre.y);
  }

  #letGo(): void {
    this.#cancelLetGo();
    if (this.#buttons === 0) return;
    this.#buttons = 0;
    this.#options.listener.pointer(0, this.#last.x, this.#last.y);
  }

  /** Whether the point is on the picture, or nearest to it where that will do. */
  #tell(buttons: number, at: Point, clamp: boolean): boolean {
    const place = this.#options.place(at.x, at.y, clamp);
    if (place === null) return false;
    const { left, top, width, height } = this.#bounds();
    this.#part = { x: part((at.x - left) / width), y: part((at.y - top) / height) };
    this.#last = place;
    this.#buttons = buttons;
    this.#options.listener.pointer(buttons, place.x, place.y);
    return true;
  }

  #pointer(): Point {
    const { left, top, width, height } = this.#bounds();
    return { x: left + this.#part.x * width, y: top + this.#part.y * height };
  }

  #pushed(right: number, down: number): Point {
    const { left, top, width, height } = this.#bounds();
    const { x, y } = this.#pointer();
    const gain = acceleration(Math.hypot(right, down));
    return {
      x: left + part((x - left + right * gain) / width) * width,
      y: top + part((y - top + down * gain) / height) * height,
    };
  }

  /** Where a tap counts: at the one before, if it is the second one of two. */
  #meet(at: Point): Point {
    const first = this.#firstTap;
    this.#cancelFirstTap();
    const meets = first !== null && Math.hypot(at.x - first.x, at.y - first.y) <= SECOND_TAP_REACH;
    this.#firstTap = meets ? first : at;
    this.#cancelFirstTap = this.#options.clock.after(SECOND_TAP_MS, () => {
      this.#firstTap = null;
    });
    return this.#firstTap;
  }
}

/** Of a whole; a picture without a size has no parts. */
function part(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : 0.5;
}

/** A finger that moves far between two frames moves the pointer farther. */
function acceleration(distance: number): number {
  return 1 + Math.min(distance / 40, 1.5);
}
