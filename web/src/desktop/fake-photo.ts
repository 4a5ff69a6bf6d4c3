/** Photographs for tests, which count what is done to them. */
import type { Photo } from "./photo";

/** `count` pixels, numbered from `first` on. */
export function fakePhoto(count: number, first: number): Photo & { asked: number; closed: number } {
  return {
    asked: 0,
    closed: 0,
    pixels() {
      this.asked += 1;
      return Uint32Array.from({ length: count }, (_, i) => first + i);
    },
    drawOn() {},
    close() {
      this.closed += 1;
    },
  };
}
