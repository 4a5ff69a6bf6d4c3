/** JPEG by the browser itself, which decodes beside this thread. */
import type { Rect } from "../protocol/picture";
import type { Photo } from "./photo";

let scratch: CanvasRenderingContext2D | null = null;

/** A picture that has the size of `rect`. */
export async function decodeJpeg(picture: Uint8Array, rect: Rect): Promise<Photo> {
  const { width, height } = rect;
  // A copy: what came shares its memory with the message.
  const blob = new Blob([picture.slice()], { type: "image/jpeg" });
  const image = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  if (image.width !== width || image.height !== height) {
    image.close();
    throw new RangeError("another size");
  }
  return {
    pixels: () => pixelsOf(image),
    drawOn: (context, x, y) => context.drawImage(image, x, y),
    close: () => image.close(),
  };
}

function pixelsOf(image: ImageBitmap): Uint32Array {
  const { width, height } = image;
  scratch ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (scratch === null) throw new Error("no canvas");
  const { canvas } = scratch;
  if (canvas.width < width || canvas.height < height) {
    canvas.width = Math.max(canvas.width, width);
    canvas.height = Math.max(canvas.height, height);
  }
  scratch.drawImage(image, 0, 0);
  return new Uint32Array(scratch.getImageData(0, 0, width, height).data.buffer);
}
