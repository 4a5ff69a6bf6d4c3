/** Mouse and pen: where they are and which of their buttons are pressed. */
import { type Cancel, nothingToCancel } from "../transport/clock";
import { type NextFrame, nextFrame } from "./next-frame";

/** In pixels of the machine's picture. */
export interface Place {
  x: number;
  y: number;
}

/** Where on the picture a point of the page is; null where it is outside and not to be clamped. */
export type PlaceOf = (clientX: number, clientY: number, clamp: boolean) => Place | null;

/** The bits of the wire. */
export const LEFT = 1;
export const MIDDLE = 2;
export const RIGHT = 4;
const BUTTONS = 5;

export interface PointerListener {
  pointer(buttons: number, x: number, y: number): void;
}

export interface PointerOptions {
  listener: PointerListener;
  place: PlaceOf;
  nextFrame?: NextFrame;
}

export class PointerInput {
  readonly #element: HTMLElement;
  readonly #options: PointerOptions;
  readonly #nextFrame: NextFrame;
  readonly #listening = new AbortController();
  /** As the machine was told. */
  #buttons = 0;
  #last: Place = { x: 0, y: 0 };
  /** Whose buttons they are: a mouse that is touched does not take them from the pen. */
  #holder = -1;
  #next: Place | null = null;
  #cancelFrame: Cancel = nothingToCancel;

  constructor(element: HTMLElement, options: PointerOptions) {
    this.#element = element;
    this.#options = options;
    this.#nextFrame = options.nextFrame ?? nextFrame;
    const { signal } = this.#listening;
    for (const type of ["pointerdown", "pointermove", "pointerup"] as const) {
      element.addEventListener(type, (event) => this.#take(event), { signal });
    }
    for (const type of ["pointercancel", "lostpointercapture"] as const) {
      element.addEventListener(
        type,
        (event) => {
          if (event.pointerId === this.#holder) this.release();
        },
        { signal },
      );
    }
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    for (const type of ["mousedown", "mouseup", "auxclick"] as const) {
      // The middle button would scroll, back and forward would leave the page; the left one is to move the focus.
      element.addEventListener(
        type,
        (event) => {
          if (event.button !== 0) event.preventDefault();
        },
        { signal },
      );
    }
  }

  /** Lets go of the buttons. */
  release(): void {
    this.#forgetMove();
    if (this.#buttons !== 0) this.#tell(0, this.#last);
    this.#holder = -1;
  }

  dispose(): void {
    this.#listening.abort();
    this.release();
  }

  #take(event: PointerEvent): void {
    if (event.pointerType === "touch") return;
    if (this.#buttons !== 0 && event.pointerId !== this.#holder) return;
    const place = this.#options.place(event.clientX, event.clientY, this.#buttons !== 0);
    if (place === null) {
      this.#forgetMove();
      return;
    }
    const buttons = this.#pressed(event);
    if (buttons === this.#buttons) {
      this.#move(place);
      return;
    }
    this.#forgetMove();
    const isFirst = this.#buttons === 0;
    this.#holder = buttons === 0 ? -1 : event.pointerId;
    this.#tell(buttons, place);
    if (isFirst) this.#element.setPointerCapture(event.pointerId);
  }

  /** A button that was pressed outside stays the page's. A second one comes with `pointermove`. */
  #pressed(event: PointerEvent): number {
    const changed = event.button >= 0 && event.button < BUTTONS ? 1 << event.button : 0;
    return wireButtons(event.buttons) & (this.#buttons | changed);
  }

  #move(place: Place): void {
    const isWaiting = this.#next !== null;
    this.#next = place;
    if (isWaiting) return;
    this.#cancelFrame = this.#nextFrame(() => {
      const next = this.#next;
      this.#next = null;
      if (next === null || (next.x === this.#last.x && next.y === this.#last.y)) return;
      this.#tell(this.#buttons, next);
    });
  }

  #forgetMove(): void {
    this.#cancelFrame();
    this.#next = null;
  }

  #tell(buttons: number, place: Place): void {
    this.#buttons = buttons;
    this.#last = place;
    this.#options.listener.pointer(buttons, place.x, place.y);
  }
}

/** Browsers count the right button before the middle one. */
function wireButtons(buttons: number): number {
  return (
    (buttons & ~(MIDDLE | RIGHT) & ((1 << BUTTONS) - 1)) |
    (buttons & 2 ? RIGHT : 0) |
    (buttons & 4 ? MIDDLE : 0)
  );
}
