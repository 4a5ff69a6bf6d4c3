/** One socket of a connection: speaks messages and frames, and ends exactly once. */
import { parseServerMessage } from "../protocol/control";
import type { ClientMessage } from "../protocol/gen/ClientMessage";
import type { ServerMessage } from "../protocol/gen/ServerMessage";
import { type Ending, endingOf } from "./closing";
import type { Socket, SocketFactory } from "./socket";

export interface LineEvents {
  open(): void;
  /** May throw: nonsense from the other side is answered with a new connection, never with a broken screen. */
  message(message: ServerMessage): void;
  frame(bytes: Uint8Array): void;
  /** Anything came, understood or not. */
  heard(): void;
  closed(ending: Ending): void;
}

/** Our own close code for a socket that is given up; the server keeps the viewer's place. */
const GIVEN_UP = 4000;
const NORMAL = 1000;
const ABNORMAL = 1006;

export class Line {
  readonly #events: LineEvents;
  readonly #socket: Socket;
  #said: Ending | null = null;
  #open = false;
  #over = false;

  constructor(url: string, openSocket: SocketFactory, events: LineEvents) {
    this.#events = events;
    this.#socket = openSocket(url, {
      open: () => {
        if (this.#over) return;
        this.#open = true;
        events.open();
      },
      text: (text) => this.#guard(() => this.#onText(text)),
      binary: (bytes) => this.#guard(() => events.frame(bytes)),
      closed: (code) => this.#finish(code),
    });
  }

  say(message: ClientMessage): void {
    if (this.#open && !this.#over) this.#socket.send(JSON.stringify(message));
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#open && !this.#over) this.#socket.send(frame);
  }

  /** Ends as if the network had ended it. */
  giveUp(): void {
    if (this.#over) return;
    this.#socket.close(GIVEN_UP);
    this.#finish(ABNORMAL);
  }

  /** Ends without another event. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.close(NORMAL);
  }

  #onText(text: string): void {
    const message = parseServerMessage(text);
    if (message?.type === "closing") {
      const { code, problem, detail: sentence } = message;
      this.#said = { code, problem, sentence };
    }
    if (message !== null) this.#events.message(message);
  }

  #guard(act: () => void): void {
    if (this.#over) return;
    this.#events.heard();
    try {
      act();
    } catch {
      this.giveUp();
    }
  }

  #finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(endingOf(code, this.#said));
  }
}
