/** Pixels out of zstd: blocks that stand alone, and the stream that a viewer in step shares. */
import { Decompress, decompress } from "fzstd";
import type { Stream } from "../protocol/picture";

export class Inflater {
  #stream: Decompress | undefined;
  #pieces: Uint8Array[] = [];

  /** `count` pixels of four bytes. */
  pixels(stream: Stream, compressed: Uint8Array, count: number): Uint32Array {
    const plain = new Uint8Array(count * 4);
    if (stream === "alone") {
      const made = decompress(compressed, plain);
      if (made.length !== plain.length) throw new RangeError("another number of pixels");
      return new Uint32Array(plain.buffer);
    }
    if (stream === "first") this.#stream = new Decompress((piece) => this.#pieces.push(piece));
    if (this.#stream === undefined) throw new RangeError("a stream without its beginning");
    this.#stream.push(compressed);
    let at = 0;
    for (const piece of this.#pieces.splice(0)) {
      if (at + piece.length > plain.length) throw new RangeError("another number of pixels");
      plain.set(piece, at);
      at += piece.length;
    }
    if (at !== plain.length) throw new RangeError("another number of pixels");
    return new Uint32Array(plain.buffer);
  }
}
