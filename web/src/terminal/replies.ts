/**
 * Keeps the emulator from answering questions that were asked before it looked. A program asks
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
 * Tells the replay from the present. The wire does not mark where a replay ends, so it is over once
 * everything that came was parsed and nothing more came for a moment.
 */
export class Replay {
  static readonly QUIET_MS = 250;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  get running(): boolean {
    return this.#running;
  }

  begin(): void {
    this.#running = true;
    this.drained();
  }

  came(): void {
    clearTimeout(this.#timer);
  }

  drained(): void {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), Replay.QUIET_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#running = false;
  }
}
