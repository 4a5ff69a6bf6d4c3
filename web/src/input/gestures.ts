/** What fingers on a screen do, told apart: they tap, rest, drag, scroll and pinch. */
import { type Cancel, type Clock, nothingToCancel } from "../transport/clock";
import type { NextFrame } from "./next-frame";

/** In CSS pixels of the page. */
export interface Point {
  x: number;
  y: number;
}

/** Everything that `began` ends once, as `tapped` or with `ended`. */
export interface GestureListener {
  began(): void;
  tapped(fingers: number, at: Point): void;
  /** One finger rests; it may drag afterwards. */
  rested(at: Point): void;
  dragged(from: Point, to: Point): void;
  /** Two fingers move together, so far since the last time. */
  scrolled(at: Point, right: number, down: number): void;
  zoomed(factor: number, centre: Point): void;
  ended(): void;
}

export interface GestureOptions {
  listener: GestureListener;
  clock: Pick<Clock, "after">;
  nextFrame: NextFrame;
}

/** `over`: nothing more comes of it until all fingers are up. */
type Kind = "open" | "rest" | "drag" | "scroll" | "zoom" | "over";

interface Finger {
  start: Point;
  /** As it was told of last. */
  told: Point;
  now: Point;
}

const REST_MS = 500;
/** What moves less does not move, in CSS pixels. */
const STILL = 10;
/** Fingers that scroll do not keep their distance exactly. */
const PINCH = 2 * STILL;

export class Gestures {
  readonly #options: GestureOptions;
  readonly #listener: GestureListener;
  readonly #listening = new AbortController();
  /** In the order in which they came down. */
  readonly #fingers = new Map<number, Finger>();
  #kind: Kind = "open";
  /** Of the first one. */
  #start: Point = { x: 0, y: 0 };
  /** How many fingers were down at once. */
  #most = 0;
  #cancelRest: Cancel = nothingToCancel;
  #cancelFrame: Cancel | null = null;

  constructor(element: HTMLElement, options: GestureOptions) {
    this.#options = options;
    this.#listener = options.listener;
    const { signal } = this.#listening;
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"] as const) {
      element.addEventListener(
        type,
        (event) => {
          if (event.pointerType === "touch") this.#take(type, event);
        },
        { signal },
      );
    }
  }

  dispose(): void {
    this.#listening.abort();
    this.#finish();
    this.#fingers.clear();
  }

  #take(type: string, event: PointerEvent): void {
    const now = { x: event.clientX, y: event.clientY };
    if (type === "pointerdown") {
      this.#down(event.pointerId, now);
      return;
    }
    const finger = this.#fingers.get(event.pointerId);
    if (finger === undefined) return;
    if (type === "pointercancel") {
      this.#finish();
    } else {
      finger.now = now;
      if (type === "pointermove") {
        this.#cancelFrame ??= this.#options.nextFrame(() => this.#move());
        return;
      }
      this.#move();
    }
    this.#up(event.pointerId, finger);
  }

  #down(id: number, at: Point): void {
    this.#move();
    this.#fingers.set(id, { start: at, told: at, now: at });
    this.#most = Math.max(this.#most, this.#fingers.size);
    if (this.#most > 1) return;
    this.#start = at;
    this.#listener.began();
    this.#cancelRest = this.#options.clock.after(REST_MS, () => this.#rest());
  }

  #up(id: number, finger: Finger): void {
    const [lead] = this.#fingers.values();
    this.#fingers.delete(id);
    const fingers = this.#fingers.size;
    switch (this.#kind) {
      case "open":
        // A finger that has moved and decided nothing makes no tap.
        if (isFar(finger)) this.#finish();
        else if (fingers === 0) this.#tap();
        break;
      case "rest":
      case "drag":
        if (finger === lead) this.#finish();
        break;
      case "scroll":
      case "zoom":
        this.#finish();
        break;
      case "over":
        break;
      default:
        this.#kind satisfies never;
    }
    if (fingers > 0) return;
    this.#kind = "open";
    this.#most = 0;
  }

  #tap(): void {
    this.#decide("over");
    this.#listener.tapped(this.#most, this.#start);
  }

  #rest(): void {
    this.#move();
    if (this.#kind !== "open") return;
    if (this.#most > 1) {
      this.#finish();
      return;
    }
    this.#decide("rest");
    this.#listener.rested(this.#start);
  }

  /** All fingers at once, for of two that move together one is always told of first. */
  #move(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    const [first, second] = this.#fingers.values();
    if (first === undefined) return;
    if (this.#kind === "open" || this.#kind === "rest") this.#choose(first, second);
    if (this.#kind === "drag") {
      if (!isSame(first.told, first.now)) this.#listener.dragged(first.told, first.now);
    } else if (second !== undefined && this.#kind === "scroll") {
      const [from, to] = [middle(first.told, second.told), middle(first.now, second.now)];
      if (!isSame(from, to)) this.#listener.scrolled(to, to.x - from.x, to.y - from.y);
    } else if (second !== undefined && this.#kind === "zoom") {
      const factor = distance(first.now, second.now) / distance(first.told, second.told);
      // Fingers in one place have no distance to compare with.
      const isFactor = factor > 0 && Number.isFinite(factor) && factor !== 1;
      if (isFactor) this.#listener.zoomed(factor, middle(first.now, second.now));
    } else {
      return;
    }
    for (const finger of this.#fingers.values()) finger.told = finger.now;
  }

  #choose(first: Finger, second: Finger | undefined): void {
    if (this.#most === 1 || this.#kind === "rest") {
      if (isFar(first)) this.#decide("drag");
    } else if (this.#most > 2) {
      if ([...this.#fingers.values()].some(isFar)) this.#finish();
    } else if (second !== undefined) {
      const spread = distance(first.now, second.now) - distance(first.start, second.start);
      const [from, to] = [middle(first.start, second.start), middle(first.now, second.now)];
      if (Math.abs(spread) > PINCH) {
        this.#decide("zoom");
        // The picture does not jump by what it took to know.
        for (const finger of [first, second]) finger.told = finger.now;
      } else if (distance(from, to) > STILL) {
        this.#decide("scroll");
      }
    }
  }

  #decide(kind: Kind): void {
    this.#cancelRest();
    this.#kind = kind;
  }

  #finish(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    if (this.#kind === "over" || this.#most === 0) return;
    this.#decide("over");
    this.#listener.ended();
  }
}

function isFar({ start, now }: Finger): boolean {
  return distance(start, now) > STILL;
}

function isSame(one: Point, other: Point): boolean {
  return one.x === other.x && one.y === other.y;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
