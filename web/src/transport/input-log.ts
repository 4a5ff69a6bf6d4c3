/**
 * This viewer's input that the server has not acknowledged yet, by absolute offset. It is what makes
 * input arrive exactly once: after a drop everything that was not applied is sent again, and nothing else.
 */
import { INPUT_BYTES, INPUT_WINDOW_BYTES } from "../protocol/gen/limits";

interface Piece {
  start: number;
  bytes: Uint8Array;
}

export class InputLog {
  #pieces: Piece[] = [];
  #acked = 0;
  #sent = 0;
  #end = 0;

  /** Bytes that wait for an acknowledgement or for room in the window. */
  get pending(): number {
    return this.#end - this.#acked;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push({ start: this.#end, bytes });
    this.#end += bytes.length;
  }

  /** The next frame that the window allows; it counts as sent. */
  take(): { offset: number; bytes: Uint8Array } | null {
    const room = this.#acked + INPUT_WINDOW_BYTES - this.#sent;
    const length = Math.min(room, INPUT_BYTES, this.#end - this.#sent);
    if (length <= 0) return null;
    const offset = this.#sent;
    const bytes = this.#copy(offset, length);
    this.#sent += length;
    return { offset, bytes };
  }

  /** All input below `offset` was applied. */
  ack(offset: number): void {
    const upTo = Math.min(offset, this.#sent);
    if (upTo <= this.#acked) return;
    this.#acked = upTo;
    const keep = this.#pieces.findIndex((p) => p.start + p.bytes.length > upTo);
    this.#pieces = keep < 0 ? [] : this.#pieces.slice(keep);
  }

  /** What was not sent yet never is. */
  forget(): void {
    const end = this.#sent;
    this.#pieces = this.#pieces
      .filter(({ start }) => start < end)
      .map(({ start, bytes }) => ({ start, bytes: bytes.subarray(0, end - start) }));
    this.#end = end;
  }

  /** The connection is back in the same place: what was not applied goes out again. */
  resume(applied: number): void {
    this.ack(applied);
    this.#sent = this.#acked;
  }

  /**
   * The connection is back in another place. Input that was sent may have been applied, so it is not
   * sent again, and what was typed behind it makes no sense without it. Returns the bytes given up.
   */
  restart(applied: number): number {
    const doubtful = this.#sent > this.#acked;
    const lost = doubtful ? this.pending : 0;
    const kept = doubtful ? [] : this.#pieces.map((p) => this.#rest(p));
    this.#pieces = [];
    this.#acked = applied;
    this.#sent = applied;
    this.#end = applied;
    for (const bytes of kept) this.push(bytes);
    return lost;
  }

  #rest({ start, bytes }: Piece): Uint8Array {
    return bytes.subarray(Math.max(0, this.#acked - start));
  }

  #copy(offset: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    const end = offset + length;
    for (const { start, bytes } of this.#pieces) {
      if (start >= end) break;
      const from = Math.max(offset, start);
      const to = Math.min(end, start + bytes.length);
      if (from < to) out.set(bytes.subarray(from - start, to - start), from - offset);
    }
    return out;
  }
}
