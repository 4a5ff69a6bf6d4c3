/** Lets one of many calls through: a program may ring as often as it likes. */
export class Alarm {
  readonly #gapMs: number;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(gapMs: number, now: () => number) {
    this.#gapMs = gapMs;
    this.#now = now;
  }

  /** Whether this one counts. */
  rings(): boolean {
    const now = this.#now();
    if (now - this.#last < this.#gapMs) return false;
    this.#last = now;
    return true;
  }
}
