/** JPEG by the browser itself, which decodes beside this thread. */
import type { Rect } from "../protocol/picture";

let scratch: CanvasRenderingContext2D | null = null;

/** Pixels of a picture that has the size of `rect`. */
export async function decodeJpeg(picture: Uint8Array, rect: Rect): Promise<Uint32Array> {
  const { width, height } = rect;
  // A copy: what came shares its memory with the message.
  const blob = new Blob([picture.slice()], { type: "image/jpeg" });
  const image = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  try {
    if (image.width !== width || image.height !== height) throw new RangeError("another size");
    scratch ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (scratch === null) throw new Error("no canvas");
    const { canvas } = scratch;
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    scratch.drawImage(image, 0, 0);
    return new Uint32Array(scratch.getImageData(0, 0, width, height).data.buffer);
  } finally {
    image.close();
  }
}
