/**
 * Keeps the emulator from answering questions that were asked before it looked, or that others answer. A program asks
 * "where is the cursor?" once; every replay of that output, and every other viewer, must stay silent,
 * or the answer arrives at the shell as typed text.
 */
import type { IDisposable, Terminal } from "@xterm/xterm";

const CSI_QUERIES = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { prefix: ">", final: "q" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
];

const COLOR_QUERIES = [4, 10, 11, 12];

export function muteReplies(term: Terminal, mayAnswer: () => boolean): IDisposable {
  const swallow = () => !mayAnswer();
  const asks = (data: string) => data.includes("?") && swallow();
  const handlers = [
    ...CSI_QUERIES.map((id) => term.parser.registerCsiHandler(id, swallow)),
    ...COLOR_QUERIES.map((code) => term.parser.registerOscHandler(code, asks)),
    term.parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow),
  ];
  return {
    dispose() {
      for (const handler of handlers) handler.dispose();
    },
  };
}

/**
 * Whether this is the emulator's report of being looked at (DECSET 1004). It goes out by itself, as soon
 * as a program asks for it, so it counts as an answer and not as typing.
 */
export function isFocusReport(text: string): boolean {
  return text === "\x1b[I" || text === "\x1b[O";
}

/**
 * Tells the past from the present: output below the offset that the welcome names was made before
 * this viewer came. Pieces are cut there, so that the change takes effect at the very byte.
 */
export class History {
  #end = 0;
  #past = false;
  #redrawing = false;

  /** Whether what is parsed now belongs to the past. */
  get past(): boolean {
    return this.#past || this.#redrawing;
  }

  /** A picture of the screen is drawn: the server's words, not the machine's of now. */
  redraws(on: boolean): void {
    this.#redrawing = on;
  }

  /** What comes from now on belongs to the past below `end`. */
  ends(end: number): void {
    this.#end = end;
  }

  /** Parsing goes on at `offset`. */
  enter(offset: number): void {
    this.#past = offset < this.#end;
  }

  isPast(offset: number): boolean {
    return offset < this.#end;
  }

  /** Hands `bytes` on, in two pieces where the past ends inside them. */
  split(
    offset: number,
    bytes: Uint8Array,
    push: (offset: number, bytes: Uint8Array) => void,
    act: (run: () => void) => void,
  ): void {
    const left = this.#end - offset;
    if (left <= 0) {
      push(offset, bytes);
      return;
    }
    push(offset, bytes.subarray(0, left));
    if (bytes.length < left) return;
    act(() => {
      this.#past = false;
    });
    if (bytes.length > left) push(this.#end, bytes.subarray(left));
  }
}
