/**
 * The pixels that a viewer shows, in memory of our own: a canvas is slow to scroll onto itself, and a worker could not
 * be asked for them at once.
 */
import type { Rect } from "../protocol/picture";

/** What is not black and opaque was drawn. */
const OPAQUE = 0xff000000;

export class Slate {
  width = 0;
  height = 0;
  #pixels = new Uint32Array(0);
  /** What has changed since it was last shown. */
  #dirty: Rect | undefined;

  /** All pixels as red, green, blue and alpha, row by row. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.#pixels.buffer as ArrayBuffer);
  }

  reset(width: number, height: number): void {
    [this.width, this.height] = [width, height];
    this.#pixels = new Uint32Array(width * height).fill(OPAQUE);
    this.#dirty = { x: 0, y: 0, width, height };
  }

  /** The smallest rectangle with all that has changed since this was last asked. */
  takeDirty(): Rect | undefined {
    const dirty = this.#dirty;
    this.#dirty = undefined;
    return dirty;
  }

  fill(rect: Rect, red: number, green: number, blue: number): void {
    this.#check(rect);
    const colour = (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
    for (let y = rect.y; y < rect.y + rect.height; y += 1) {
      const at = y * this.width + rect.x;
      this.#pixels.fill(colour, at, at + rect.width);
    }
    this.#touch(rect);
  }

  copy(to: Rect, x: number, y: number): void {
    this.#check(to);
    this.#check({ ...to, x, y });
    const one = (row: number) => {
      const from = (y + row) * this.width + x;
      this.#pixels.copyWithin((to.y + row) * this.width + to.x, from, from + to.width);
    };
    // What another row overwrites goes first.
    if (to.y > y) for (let row = to.height - 1; row >= 0; row -= 1) one(row);
    else for (let row = 0; row < to.height; row += 1) one(row);
    this.#touch(to);
  }

  /** Puts pixels into `rect`; returns those that belong to what comes behind it. */
  put(rect: Rect, pixels: Uint32Array): Uint32Array {
    this.#check(rect);
    const area = rect.width * rect.height;
    if (pixels.length < area) throw new RangeError("too few pixels");
    for (let row = 0; row < rect.height; row += 1) {
      const line = pixels.subarray(row * rect.width, (row + 1) * rect.width);
      this.#pixels.set(line, (rect.y + row) * this.width + rect.x);
    }
    this.#touch(rect);
    return pixels.subarray(area);
  }

  #check({ x, y, width, height }: Rect): void {
    if (x + width > this.width || y + height > this.height)
      throw new RangeError("outside the picture");
  }

  #touch(rect: Rect): void {
    if (rect.width === 0 || rect.height === 0) return;
    const was = this.#dirty ?? rect;
    const x = Math.min(was.x, rect.x);
    const y = Math.min(was.y, rect.y);
    this.#dirty = {
      x,
      y,
      width: Math.max(was.x + was.width, rect.x + rect.width) - x,
      height: Math.max(was.y + was.height, rect.y + rect.height) - y,
    };
  }
}
