/** Where somebody points, told to the others often enough to follow and no more often. */
import type { Cancel, Clock } from "../transport/clock";

const EVERY_MS = 50;

export interface Place {
  x: number;
  y: number;
}

export class Pointing {
  readonly #clock: Clock;
  readonly #tell: (place: Place) => void;
  #last: Place | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #waits: Cancel | null = null;

  constructor(clock: Clock, tell: (place: Place) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The first of a movement is told at once; the last one always. */
  move(place: Place): void {
    if (place.x === this.#last?.x && place.y === this.#last.y) return;
    this.#last = place;
    if (this.#waits !== null) return;
    const left = this.#toldAt + EVERY_MS - this.#clock.now();
    if (left <= 0) this.#now();
    else this.#waits = this.#clock.after(left, () => this.#now());
  }

  dispose(): void {
    this.#waits?.();
    this.#waits = null;
  }

  #now(): void {
    this.#waits = null;
    this.#toldAt = this.#clock.now();
    if (this.#last !== null) this.#tell(this.#last);
  }
}
