/**
 * What changes on a desktop's picture: operations, applied in order, little endian. The same bytes as
 * `protocol/src/wire/picture.rs`.
 */
import { FrameError } from "./frame";
import { DESKTOP_CURSOR_MAX, PICTURE_OP_BYTES } from "./gen/limits";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a zstd block follows: nothing, or it is the first or the next one of the viewer's stream. */
export type Stream = "alone" | "first" | "next";

export type Op =
  | { kind: "reset"; width: number; height: number }
  | { kind: "copy"; to: Rect; x: number; y: number }
  | { kind: "fill"; rect: Rect; red: number; green: number; blue: number }
  | { kind: "pixels"; stream: Stream; rects: Rect[]; compressed: Uint8Array }
  | { kind: "jpeg"; rect: Rect; picture: Uint8Array }
  | { kind: "pointer"; width: number; height: number; x: number; y: number; pixels: Uint8Array };

const STREAMS: readonly Stream[] = ["alone", "first", "next"];

/** Operations out of pieces of any size. */
export class OpReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Whether nothing is left of what came. */
  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  push(piece: Uint8Array): void {
    if (this.isEmpty) {
      [this.#bytes, this.#at] = [piece, 0];
      return;
    }
    const both = new Uint8Array(this.#bytes.length - this.#at + piece.length);
    both.set(this.#bytes.subarray(this.#at));
    both.set(piece, this.#bytes.length - this.#at);
    [this.#bytes, this.#at] = [both, 0];
  }

  /** The next one; `undefined` while it has not come whole. Its bytes share memory with what came. */
  next(): Op | undefined {
    const cursor = new Cursor(this.#bytes, this.#at);
    const op = this.isEmpty ? undefined : read(cursor);
    if (op === undefined || cursor.at > this.#bytes.length) {
      if (this.#bytes.length - this.#at > PICTURE_OP_BYTES) throw new FrameError("too_large");
      return undefined;
    }
    this.#at = cursor.at;
    return op;
  }
}

/** Reads on beyond the end: whoever reads looks where it is in the end. */
class Cursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at: number) {
    this.at = at;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #step(length: number): number {
    const at = this.at;
    this.at += length;
    return this.at <= this.#bytes.length ? at : -1;
  }

  u8(): number {
    const at = this.#step(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#step(2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#step(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  rect(): Rect {
    return { x: this.u16(), y: this.u16(), width: this.u16(), height: this.u16() };
  }

  take(length: number): Uint8Array {
    const at = this.#step(length);
    return at < 0 ? new Uint8Array(0) : this.#bytes.subarray(at, at + length);
  }
}

function read(cursor: Cursor): Op {
  const kind = cursor.u8();
  switch (kind) {
    case 1:
      return { kind: "reset", width: cursor.u16(), height: cursor.u16() };
    case 2:
      return { kind: "copy", to: cursor.rect(), x: cursor.u16(), y: cursor.u16() };
    case 3:
      return {
        kind: "fill",
        rect: cursor.rect(),
        red: cursor.u8(),
        green: cursor.u8(),
        blue: cursor.u8(),
      };
    case 4: {
      const stream = STREAMS[cursor.u8()];
      if (stream === undefined) throw new FrameError("out_of_range");
      const rects = Array.from({ length: cursor.u16() }, () => cursor.rect());
      return { kind: "pixels", stream, rects, compressed: cursor.take(cursor.u32()) };
    }
    case 5:
      return { kind: "jpeg", rect: cursor.rect(), picture: cursor.take(cursor.u32()) };
    case 6: {
      const [width, height, x, y] = [cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()];
      if (Math.max(width, height) > DESKTOP_CURSOR_MAX) throw new FrameError("out_of_range");
      return { kind: "pointer", width, height, x, y, pixels: cursor.take(width * height * 4) };
    }
    default:
      throw new FrameError("unknown_kind");
  }
}
