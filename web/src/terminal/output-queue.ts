/**
 * Output on its way to the emulator. The queue is ours, not the emulator's, so that a reset can drop
 * what nobody needs to see any more, and an acknowledgement means parsed, not received.
 */
import { ACK_EVERY_BYTES } from "../protocol/gen/limits";

export interface Emulator {
  /** Keeps `bytes` until they are parsed; `parsed` may be called before this returns. */
  write(bytes: Uint8Array, parsed: () => void): void;
}

type Item = { bytes: Uint8Array; end: number } | { run: (done: () => void) => void };

/**
 * Handed over at once. Parsed in a few milliseconds, so that a reset is never far off. The emulator asks
 * for more before it pauses, so it never has to wait for some.
 */
export const HANDFUL_BYTES = 64 * 1024;

export class OutputQueue {
  readonly #emulator: Emulator;
  readonly #acknowledge: (offset: number) => void;
  #items: Item[] = [];
  /** How many items of the list are done with. */
  #done = 0;
  #handed = 0;
  #acting = false;
  #pumping = false;
  #paused = false;
  #handful = HANDFUL_BYTES;
  #acked = 0;
  /** Goes up with every reset: what was handed over before needs no acknowledgement. */
  #generation = 0;

  constructor(emulator: Emulator, acknowledge: (offset: number) => void) {
    this.#emulator = emulator;
    this.#acknowledge = acknowledge;
  }

  /** How much the emulator may hold at once. */
  set handful(bytes: number) {
    this.#handful = bytes;
    this.#pump();
  }

  /** How much has come that is not parsed, in bytes. */
  get waiting(): number {
    let bytes = this.#handed;
    for (const item of this.#items.slice(this.#done))
      bytes += "run" in item ? 0 : item.bytes.length;
    return bytes;
  }

  /** Keeps the emulator from taking more for now; a reset lets it go on. */
  set paused(on: boolean) {
    this.#paused = on;
    this.#pump();
  }

  /** Whether everything that came is parsed. */
  get isEmpty(): boolean {
    return this.#handed === 0 && this.#done === this.#items.length;
  }

  push(offset: number, bytes: Uint8Array): void {
    this.#items.push({ bytes, end: offset + bytes.length });
    this.#pump();
  }

  /** Runs once everything before it is parsed. */
  act(run: () => void): void {
    this.hold((done) => {
      run();
      done();
    });
  }

  /** Runs once everything before it is parsed; what comes after waits until that is done. */
  hold(run: (done: () => void) => void): void {
    this.#items.push({ run });
    this.#pump();
  }

  /** Drops what waits, then runs and goes on at `offset` when that is done. */
  reset(offset: number, run: (done: () => void) => void): void {
    this.#generation += 1;
    this.#items = [{ run }];
    this.#done = 0;
    this.#acked = offset;
    this.#paused = false;
    this.#pump();
  }

  #pump(): void {
    // An emulator that parses at once calls back while it is being handed more.
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#done += 1;
      if ("run" in next) this.#run(next.run);
      else this.#hand(next.bytes, next.end);
    }
    this.#pumping = false;
    this.#forget();
  }

  /** What may be begun now. */
  #next(): Item | undefined {
    const item = this.#items[this.#done];
    if (item === undefined || this.#acting || this.#paused) return undefined;
    const idle = this.#handed === 0;
    if ("run" in item) return idle ? item : undefined;
    return idle || this.#handed + item.bytes.length <= this.#handful ? item : undefined;
  }

  #run(run: (done: () => void) => void): void {
    this.#acting = true;
    run(() => {
      this.#acting = false;
      this.#pump();
    });
  }

  #hand(bytes: Uint8Array, end: number): void {
    this.#handed += bytes.length;
    const generation = this.#generation;
    this.#emulator.write(bytes, () => {
      this.#handed -= bytes.length;
      this.#pump();
      if (generation === this.#generation) this.#onParsed(end);
    });
  }

  #onParsed(end: number): void {
    if (!this.isEmpty && end - this.#acked < ACK_EVERY_BYTES) return;
    this.#acked = end;
    this.#acknowledge(end);
  }

  #forget(): void {
    if (this.#done < this.#items.length && this.#done < 64) return;
    this.#items.splice(0, this.#done);
    this.#done = 0;
  }
}
