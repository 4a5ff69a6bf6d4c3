/**
 * Applies operations in their order, also where one takes its time: JPEG is decoded elsewhere, several at once, and what
 * comes behind one waits.
 */
import { type Op, OpReader, type Rect } from "../protocol/picture";
import { Inflater } from "./inflater";
import type { Photo } from "./photo";
import type { Slate } from "./slate";

/** How the pointer looks. */
export interface Pointer {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly pixels: Uint8Array;
}

export interface Surroundings {
  /** A JPEG picture. */
  decode(picture: Uint8Array, rect: Rect): Promise<Photo>;
  /** A picture is complete: what has changed is to be shown. */
  show(number: number): void;
  /** The picture has another size. */
  resized(width: number, height: number): void;
  pointer(pointer: Pointer): void;
  /** Pixels came as this. */
  drawn(codec: string): void;
  /** What came cannot be drawn. */
  fail(error: unknown): void;
}

type Step =
  | Exclude<Op, { kind: "jpeg" }>
  | { kind: "photo"; rect: Rect; decoded: Promise<Photo> }
  | { kind: "end"; number: number };

export class Painter {
  readonly #slate: Slate;
  readonly #around: Surroundings;
  readonly #reader = new OpReader();
  readonly #inflater = new Inflater();
  readonly #waiting: Step[] = [];
  #busy = false;
  #failed = false;
  /** What is decoded now is nobody's picture any more. */
  #over = false;

  constructor(slate: Slate, around: Surroundings) {
    this.#slate = slate;
    this.#around = around;
  }

  /** Nothing of it is drawn from now on, also not what is being decoded. */
  stop(): void {
    this.#over = true;
    this.#waiting.length = 0;
  }

  /** A piece of picture `number`. */
  push(number: number, isLast: boolean, ops: Uint8Array): void {
    if (this.#failed || this.#over) return;
    try {
      this.#reader.push(ops);
      for (let op = this.#reader.next(); op !== undefined; op = this.#reader.next()) {
        this.#take(op.kind === "jpeg" ? this.#begin(op.rect, op.picture) : op);
      }
      if (isLast) {
        if (!this.#reader.isEmpty)
          throw new RangeError("half an operation at the end of a picture");
        this.#take({ kind: "end", number });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Has a photograph decoded, whatever is still to be done before it. */
  #begin(rect: Rect, picture: Uint8Array): Step {
    this.#around.drawn("JPEG");
    const decoded = this.#around.decode(picture, rect);
    // Its turn may never come.
    decoded.catch(() => {});
    return { kind: "photo", rect, decoded };
  }

  #take(step: Step): void {
    // A message's memory is another's soon.
    if (this.#busy) this.#waiting.push(step);
    else this.#apply(step);
  }

  #apply(step: Step): void {
    const [slate, around] = [this.#slate, this.#around];
    switch (step.kind) {
      case "reset":
        slate.reset(step.width, step.height);
        around.resized(step.width, step.height);
        break;
      case "copy":
        slate.copy(step.to, step.x, step.y);
        break;
      case "fill":
        slate.fill(step.rect, step.red, step.green, step.blue);
        break;
      case "pixels": {
        around.drawn("zstd");
        const count = step.rects.reduce((sum, { width, height }) => sum + width * height, 0);
        if (count > slate.width * slate.height * 2)
          throw new RangeError("more pixels than the picture has");
        let pixels = this.#inflater.pixels(step.stream, step.compressed, count);
        for (const rect of step.rects) pixels = slate.put(rect, pixels);
        break;
      }
      case "photo":
        this.#busy = true;
        step.decoded.then(
          (photo) => this.#decoded(step.rect, photo),
          (error) => this.#fail(error),
        );
        break;
      case "pointer":
        around.pointer(step);
        break;
      case "end":
        around.show(step.number);
        break;
    }
  }

  #decoded(rect: Rect, photo: Photo): void {
    if (this.#over) {
      photo.close();
      return;
    }
    this.#busy = false;
    try {
      this.#slate.lay(rect, photo);
      while (!this.#busy) {
        const step = this.#waiting.shift();
        if (step === undefined) return;
        this.#apply(step);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#failed = true;
    this.#waiting.length = 0;
    this.#around.fail(error);
  }
}
