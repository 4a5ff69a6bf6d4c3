/** The next picture of the page as an argument: what moves is sent once for each. */
import type { Cancel } from "../transport/clock";

export type NextFrame = (run: () => void) => Cancel;

export const nextFrame: NextFrame = (run) => {
  const id = requestAnimationFrame(run);
  return () => cancelAnimationFrame(id);
};
