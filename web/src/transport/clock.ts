/** Time as an argument: nothing in this folder reads a clock or sets a timer by itself. */
export interface Clock {
  /** Milliseconds since the epoch, on this side. */
  now(): number;
  after(ms: number, run: () => void): Cancel;
}

export type Cancel = () => void;

export const nothingToCancel: Cancel = () => {};
