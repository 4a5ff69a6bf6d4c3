/**
 * The pixels that a viewer shows, in memory of our own: a canvas is slow to scroll onto itself, and a worker could not
 * be asked for them at once.
 *
 * Photographs lie over them as the browser has decoded them, and become pixels only where something else needs those: a
 * video never does.
 */
import type { Rect } from "../protocol/picture";
import type { Photo } from "./photo";

/** What is not black and opaque was drawn. */
const OPAQUE = 0xff000000;
/** Rectangles that are shown apart, at most. */
const DIRTY_MAX = 8;
/** Two are shown as one where that one is no larger than so many times both. */
const WASTE = 1.5;

/** A photograph over the pixels of `rect`. */
export interface Laid {
  readonly rect: Rect;
  readonly photo: Photo;
}

export class Slate {
  width = 0;
  height = 0;
  #pixels = new Uint32Array(0);
  /** No two share a pixel. */
  #laid: Laid[] = [];
  /** Those among them that were not shown yet. */
  readonly #fresh = new Set<Laid>();
  /** What has changed since it was last shown, photographs aside. */
  #dirty: Rect[] = [];

  /** All pixels as red, green, blue and alpha, row by row. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.#pixels.buffer as ArrayBuffer);
  }

  reset(width: number, height: number): void {
    [this.width, this.height] = [width, height];
    for (const laid of this.#laid.splice(0)) this.#drop(laid);
    this.#pixels = new Uint32Array(width * height).fill(OPAQUE);
    this.#dirty = [{ x: 0, y: 0, width, height }];
  }

  /**
   * What is to be shown since this was last asked: few rectangles with all pixels that have changed, and photographs to
   * be laid over those and beside them.
   */
  takeDirty(): { pixels: Rect[]; photos: Laid[] } {
    const pixels = this.#dirty;
    this.#dirty = [];
    const isDue = (laid: Laid) =>
      this.#fresh.has(laid) || pixels.some((rect) => meet(laid.rect, rect));
    const photos = this.#laid.filter(isDue);
    this.#fresh.clear();
    return { pixels, photos };
  }

  /** Lays a photograph of its size over `rect`; it is closed when it is needed no more. */
  lay(rect: Rect, photo: Photo): void {
    this.#check(rect);
    this.#uncover(rect);
    const laid = { rect, photo };
    this.#laid.push(laid);
    this.#fresh.add(laid);
  }

  fill(rect: Rect, red: number, green: number, blue: number): void {
    this.#check(rect);
    this.#uncover(rect);
    const colour = (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
    for (let y = rect.y; y < rect.y + rect.height; y += 1) {
      const at = y * this.width + rect.x;
      this.#pixels.fill(colour, at, at + rect.width);
    }
    this.#touch(rect);
  }

  copy(to: Rect, x: number, y: number): void {
    this.#check(to);
    const from = { ...to, x, y };
    this.#check(from);
    this.#settle(from);
    this.#uncover(to);
    const one = (row: number) => {
      const start = (y + row) * this.width + x;
      this.#pixels.copyWithin((to.y + row) * this.width + to.x, start, start + to.width);
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
    this.#uncover(rect);
    this.#write(rect, pixels);
    return pixels.subarray(area);
  }

  #write(rect: Rect, pixels: Uint32Array): void {
    for (let row = 0; row < rect.height; row += 1) {
      const line = pixels.subarray(row * rect.width, (row + 1) * rect.width);
      this.#pixels.set(line, (rect.y + row) * this.width + rect.x);
    }
    this.#touch(rect);
  }

  /** Something new comes to `rect`: what lies there goes, and what sticks out of it becomes pixels. */
  #uncover(rect: Rect): void {
    if (this.#laid.length === 0) return;
    this.#laid = this.#laid.filter((laid) => {
      if (!covers(rect, laid.rect)) return true;
      this.#drop(laid);
      return false;
    });
    this.#settle(rect);
  }

  /** Every photograph with a pixel of `rect` becomes pixels. */
  #settle(rect: Rect): void {
    const settled = this.#laid.filter((laid) => meet(laid.rect, rect));
    if (settled.length === 0) return;
    this.#laid = this.#laid.filter((laid) => !settled.includes(laid));
    for (const laid of settled) {
      this.#write(laid.rect, laid.photo.pixels());
      this.#drop(laid);
    }
  }

  #drop(laid: Laid): void {
    laid.photo.close();
    this.#fresh.delete(laid);
  }

  #check({ x, y, width, height }: Rect): void {
    if (x + width > this.width || y + height > this.height)
      throw new RangeError("outside the picture");
  }

  /** Near changes are shown together, and so are many: every call costs, and so does every pixel. */
  #touch(rect: Rect): void {
    if (rect.width === 0 || rect.height === 0) return;
    const at = this.#dirty.findIndex(
      (near) => area(around(near, rect)) <= (area(near) + area(rect)) * WASTE,
    );
    const near = this.#dirty[at];
    if (near !== undefined) this.#dirty[at] = around(near, rect);
    else if (this.#dirty.length < DIRTY_MAX) this.#dirty.push(rect);
    else this.#dirty = [this.#dirty.reduce(around, rect)];
  }
}

function area({ width, height }: Rect): number {
  return width * height;
}

/** The smallest rectangle with both. */
function around(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

function meet(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function covers(a: Rect, b: Rect): boolean {
  return (
    a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height
  );
}
