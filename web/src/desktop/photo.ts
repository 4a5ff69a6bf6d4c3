/** A part of the picture that the browser has decoded, and keeps where it likes. */
export interface Photo {
  /** Red, green, blue and alpha of every pixel, row by row: a way back that costs. */
  pixels(): Uint32Array;
  drawOn(context: CanvasRenderingContext2D, x: number, y: number): void;
  close(): void;
}
