/** How much output comes just now. */

const SPAN_MS = 100;
/** More than this in a span or two is a flood, in bytes. */
const FLOOD_BYTES = 128 * 1024;

export class Gauge {
  #since = Number.NEGATIVE_INFINITY;
  /** In the span that began then, and in the one before. */
  #now = 0;
  #before = 0;

  add(bytes: number, at: number): void {
    const age = at - this.#since;
    if (age >= SPAN_MS) {
      this.#before = age < 2 * SPAN_MS ? this.#now : 0;
      this.#now = 0;
      this.#since = at;
    }
    this.#now += bytes;
  }

  isFlood(at: number): boolean {
    return at - this.#since < 2 * SPAN_MS && this.#before + this.#now > FLOOD_BYTES;
  }
}
