/**
 * Where the picture is shown: a canvas in a box, to fit or pixel for pixel.
 *
 * The first picture after a frame of the screen is drawn at once, the others of that frame together: a key's effect
 * waits for nothing, and a flood draws no more often than anybody sees.
 */

import { decodeJpeg } from "./jpeg";
import { Painter, type Pointer } from "./painter";
import { Slate } from "./slate";

/** `fit`: all of it in the box; `full`: a pixel for a pixel, to be scrolled. */
export type Scaling = "fit" | "full";

export interface StageListener {
  /** Pictures up to `number` are on the screen; the newest took so long from its arrival. */
  shown(number: number, drawMs: number): void;
  /** What came cannot be drawn. */
  failed(error: unknown): void;
}

/** Browsers show no pointer that is larger. */
const POINTER_MAX = 128;

export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly #box: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #slate = new Slate();
  #painter: Painter;
  readonly #listener: StageListener;
  readonly #context: CanvasRenderingContext2D;
  readonly #codecs = new Set<string>();
  #image: ImageData | null = null;
  #scaling: Scaling = "fit";
  #zoom = 1;
  /** The newest picture that is complete and not yet drawn, and when its first piece came. */
  #due: { number: number; since: number } | null = null;
  #since: number | null = null;
  #frame = 0;

  /** `layer` lies over the picture and has its size. */
  constructor(
    box: HTMLElement,
    canvas: HTMLCanvasElement,
    layer: HTMLElement,
    listener: StageListener,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("no canvas");
    this.canvas = canvas;
    this.#box = box;
    this.#layer = layer;
    this.#context = context;
    this.#listener = listener;
    this.#painter = this.#newPainter();
  }

  get width(): number {
    return this.#slate.width;
  }

  get height(): number {
    return this.#slate.height;
  }

  /** Another connection: it begins with the whole picture, and knows nothing of what was under way. */
  restart(): void {
    this.#painter.stop();
    this.#painter = this.#newPainter();
    this.#due = null;
    this.#since = null;
  }

  /** What pixels came as since this was last asked. */
  takeCodecs(): string[] {
    const codecs = [...this.#codecs];
    this.#codecs.clear();
    return codecs;
  }

  /** A piece of picture `number`. */
  push(number: number, isLast: boolean, ops: Uint8Array): void {
    this.#since ??= performance.now();
    this.#painter.push(number, isLast, ops);
  }

  set scaling(scaling: Scaling) {
    this.#scaling = scaling;
    this.#zoom = 1;
    this.fit();
  }

  /** Larger by `factor` around a point of the window. */
  zoom(factor: number, x: number, y: number): void {
    const before = this.#scale;
    this.#zoom = Math.min(8, Math.max(1, this.#zoom * factor));
    const frame = this.canvas.getBoundingClientRect();
    const [atX, atY] = [(x - frame.left) / before, (y - frame.top) / before];
    this.fit();
    const after = this.canvas.getBoundingClientRect();
    this.#box.scrollLeft += after.left + atX * this.#scale - x;
    this.#box.scrollTop += after.top + atY * this.#scale - y;
  }

  /** Takes the size of the box. */
  fit(): void {
    const { width, height } = this;
    const scale = this.#scale;
    for (const { style } of [this.canvas, this.#layer]) {
      style.width = `${width * scale}px`;
      style.height = `${height * scale}px`;
    }
    // Enlarged by a whole number, pixels stay pixels.
    this.canvas.toggleAttribute("data-crisp", scale >= 2 && Number.isInteger(scale));
  }

  /** The pixel under a point of the window; outside of the picture null, or the nearest one. */
  place(x: number, y: number, clamp = false): { x: number; y: number } | null {
    const frame = this.canvas.getBoundingClientRect();
    if (frame.width === 0 || this.width === 0) return null;
    const atX = Math.floor(((x - frame.left) * this.width) / frame.width);
    const atY = Math.floor(((y - frame.top) * this.height) / frame.height);
    const inside =
      atX >= 0 && atY >= 0 && atX < this.width && atY < this.height && this.#isInView(x, y);
    if (!inside && !clamp) return null;
    return {
      x: Math.min(this.width - 1, Math.max(0, atX)),
      y: Math.min(this.height - 1, Math.max(0, atY)),
    };
  }

  /** The picture as a PNG file. */
  async screenshot(): Promise<Blob> {
    return new Promise((resolve, reject) => {
      this.canvas.toBlob(
        (blob) => (blob === null ? reject(new Error("no picture")) : resolve(blob)),
        "image/png",
      );
    });
  }

  dispose(): void {
    this.#painter.stop();
    this.#due = null;
    cancelAnimationFrame(this.#frame);
  }

  /** Scrollbars lie over the picture. */
  #isInView(x: number, y: number): boolean {
    const { left, top } = this.#box.getBoundingClientRect();
    const { clientWidth, clientHeight } = this.#box;
    return x >= left && y >= top && x < left + clientWidth && y < top + clientHeight;
  }

  #newPainter(): Painter {
    return new Painter(this.#slate, {
      decode: decodeJpeg,
      show: (number) => this.#complete(number),
      resized: (width, height) => this.#resize(width, height),
      pointer: (pointer) => this.#point(pointer),
      fail: (error) => this.#listener.failed(error),
      drawn: (codec) => this.#codecs.add(codec),
    });
  }

  get #scale(): number {
    const { width, height } = this;
    if (this.#scaling === "full" || width === 0) return this.#zoom;
    const { clientWidth, clientHeight } = this.#box;
    return Math.min(clientWidth / width, clientHeight / height) * this.#zoom;
  }

  #resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.#image = new ImageData(this.#slate.bytes, width, height);
    this.fit();
  }

  #complete(number: number): void {
    this.#due = { number, since: this.#since ?? performance.now() };
    this.#since = null;
    if (this.#frame !== 0) return;
    // A page that nobody sees has no frames, and is sent no more.
    if (!document.hidden) this.#draw();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const due = this.#due;
    if (due === null) return;
    this.#due = null;
    const { pixels, photos } = this.#slate.takeDirty();
    if (this.#image !== null) {
      for (const { x, y, width, height } of pixels)
        this.#context.putImageData(this.#image, 0, 0, x, y, width, height);
    }
    for (const { rect, photo } of photos) photo.drawOn(this.#context, rect.x, rect.y);
    this.#listener.shown(due.number, performance.now() - due.since);
  }

  #point({ width, height, x, y, pixels }: Pointer): void {
    if (width === 0 || height === 0) {
      this.canvas.style.cursor = "none";
      return;
    }
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    if (context === null || Math.max(width, height) > POINTER_MAX) {
      this.canvas.style.cursor = "default";
      return;
    }
    const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
    context.putImageData(image, 0, 0);
    this.canvas.style.cursor = `url(${canvas.toDataURL()}) ${x} ${y}, default`;
  }
}
