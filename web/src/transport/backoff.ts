/** How long to wait before the next try: 0.25 s, doubled up to 5 s, with jitter. */
export class Backoff {
  static readonly FIRST_MS = 250;
  static readonly MOST_MS = 5000;

  readonly #random: () => number;
  #tries = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get tries(): number {
    return this.#tries;
  }

  next(): number {
    const ms = Math.min(Backoff.FIRST_MS * 2 ** Math.min(this.#tries, 10), Backoff.MOST_MS);
    this.#tries += 1;
    return Math.round(ms * (0.75 + 0.5 * this.#random()));
  }

  reset(): void {
    this.#tries = 0;
  }
}
