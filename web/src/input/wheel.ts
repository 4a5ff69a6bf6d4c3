/** A wheel or a trackpad's two fingers, as the turns of a wheel with notches. */
import { type Cancel, nothingToCancel } from "../transport/clock";
import { type NextFrame, nextFrame } from "./next-frame";
import { NOTCH, Notches } from "./notches";
import type { Place, PlaceOf } from "./pointer";

export interface WheelListener {
  /** In 120ths of a notch. */
  wheel(x: number, y: number, right: number, down: number): void;
}

export interface WheelOptions {
  listener: WheelListener;
  place: PlaceOf;
  nextFrame?: NextFrame;
}

/** What browsers make of one notch, by `WheelEvent.deltaMode`: pixels, lines, pages. */
const ONE_NOTCH = [100, 3, 1] as const;

export class Wheel {
  readonly #options: WheelOptions;
  readonly #nextFrame: NextFrame;
  readonly #listening = new AbortController();
  readonly #notches = new Notches();
  #place: Place = { x: 0, y: 0 };
  #waiting = false;
  #cancelFrame: Cancel = nothingToCancel;

  constructor(element: HTMLElement, options: WheelOptions) {
    this.#options = options;
    this.#nextFrame = options.nextFrame ?? nextFrame;
    const { signal } = this.#listening;
    // With Control, as pinching a trackpad is told, it would zoom the page.
    element.addEventListener("wheel", (event) => this.#turn(event), { passive: false, signal });
  }

  dispose(): void {
    this.#listening.abort();
    this.#cancelFrame();
  }

  #turn(event: WheelEvent): void {
    const place = this.#options.place(event.clientX, event.clientY, false);
    if (place === null) return;
    event.preventDefault();
    this.#place = place;
    const units = NOTCH / (ONE_NOTCH[event.deltaMode] ?? ONE_NOTCH[0]);
    this.#notches.add(event.deltaX * units, event.deltaY * units);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#cancelFrame = this.#nextFrame(() => {
      this.#waiting = false;
      const turn = this.#notches.take();
      if (turn === null) return;
      this.#options.listener.wheel(this.#place.x, this.#place.y, turn.right, turn.down);
    });
  }
}
