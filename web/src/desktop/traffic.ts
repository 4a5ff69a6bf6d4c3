/** What pictures cost, counted over a second. */
import type { Network } from "../ui/events";

export class Traffic {
  #frames = 0;
  #bytes = 0;
  #drawMs: number[] = [];
  #shownAt: number | null = null;

  came(bytes: number): void {
    this.#bytes += bytes;
  }

  shown(drawMs: number, now: number): void {
    this.#frames += 1;
    this.#drawMs.push(drawMs);
    this.#shownAt = now;
  }

  /** Null before the first picture; counting starts anew. */
  take(now: number, codecs: readonly string[]): Network | null {
    if (this.#shownAt === null) return null;
    const sorted = this.#drawMs.sort((a, b) => a - b);
    const network = {
      frames: this.#frames,
      bytes: this.#bytes,
      drawMs: sorted[sorted.length >> 1] ?? 0,
      ageMs: now - this.#shownAt,
      codecs,
    };
    [this.#frames, this.#bytes, this.#drawMs] = [0, 0, []];
    return network;
  }
}
