/**
 * Output on its way to the emulator. The queue is ours, not the emulator's, so that a reset can drop
 * what nobody needs to see any more, and an acknowledgement means parsed, not received.
 */
import { ACK_EVERY_BYTES } from "../protocol/gen/limits";

export interface Emulator {
  write(bytes: Uint8Array, parsed: () => void): void;
}

type Item = { bytes: Uint8Array; end: number } | { run: () => void };

/** Handed over at once; parsed in a few milliseconds, so nothing waits long behind it. */
const HANDFUL_BYTES = 128 * 1024;

export class OutputQueue {
  readonly #emulator: Emulator;
  readonly #acknowledge: (offset: number) => void;
  #items: Item[] = [];
  #busy = false;
  #parsed = 0;
  #acked = 0;
  /** Goes up with every reset: what was handed over before needs no acknowledgement. */
  #generation = 0;

  constructor(emulator: Emulator, acknowledge: (offset: number) => void) {
    this.#emulator = emulator;
    this.#acknowledge = acknowledge;
  }

  push(offset: number, bytes: Uint8Array): void {
    this.#items.push({ bytes, end: offset + bytes.length });
    this.#pump();
  }

  /** Runs once everything before it is parsed. */
  act(run: () => void): void {
    this.#items.push({ run });
    this.#pump();
  }

  /** Drops what waits, then runs and goes on at `offset`. */
  reset(offset: number, run: () => void): void {
    this.#generation += 1;
    this.#items = [{ run }];
    this.#parsed = offset;
    this.#acked = offset;
    this.#pump();
  }

  #pump(): void {
    while (!this.#busy) {
      const first = this.#items[0];
      if (first === undefined) return;
      if ("run" in first) {
        this.#items.shift();
        first.run();
      } else {
        this.#hand(first.bytes.length);
      }
    }
  }

  #hand(least: number): void {
    const batch: Uint8Array[] = [];
    let length = 0;
    let end = 0;
    for (const item of this.#items) {
      if ("run" in item || length + item.bytes.length > Math.max(HANDFUL_BYTES, least)) break;
      batch.push(item.bytes);
      length += item.bytes.length;
      end = item.end;
    }
    this.#items.splice(0, batch.length);
    this.#busy = true;
    const generation = this.#generation;
    this.#emulator.write(joined(batch, length), () => {
      this.#busy = false;
      if (generation === this.#generation) this.#onParsed(end);
      this.#pump();
    });
  }

  #onParsed(end: number): void {
    this.#parsed = end;
    const drained = this.#items.length === 0;
    if (drained || this.#parsed - this.#acked >= ACK_EVERY_BYTES) {
      this.#acked = this.#parsed;
      this.#acknowledge(this.#parsed);
    }
  }
}

function joined(batch: readonly Uint8Array[], length: number): Uint8Array {
  const only = batch[0];
  if (batch.length === 1 && only !== undefined) return only;
  const out = new Uint8Array(length);
  let at = 0;
  for (const bytes of batch) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}
