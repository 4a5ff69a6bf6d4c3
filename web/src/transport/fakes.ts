/** A clock and a server that tests drive by hand. */

import {
  type ClientFrame,
  decodeClientFrame,
  encodeServerFrame,
  type ServerFrame,
} from "../protocol/frame";
import type { ClientMessage } from "../protocol/gen/ClientMessage";
import type { ServerMessage } from "../protocol/gen/ServerMessage";
import type { Welcome } from "../protocol/gen/Welcome";
import type { Cancel, Clock } from "./clock";
import type { Socket, SocketEvents } from "./socket";

export class FakeClock implements Clock {
  #now = Date.parse("2026-01-01T12:00:00Z");
  #timers = new Map<number, { at: number; run: () => void }>();
  #ids = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Cancel {
    this.#ids += 1;
    const id = this.#ids;
    this.#timers.set(id, { at: this.#now + ms, run });
    return () => this.#timers.delete(id);
  }

  /** An RFC 3339 time so many seconds from now. */
  in(seconds: number): string {
    return new Date(this.#now + seconds * 1000).toISOString();
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, t]) => t.at <= end)
        .sort(([, a], [, b]) => a.at - b.at);
      const next = due[0];
      if (next === undefined) break;
      const [id, { at, run }] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

export class FakeSocket implements Socket {
  readonly url: string;
  readonly messages: ClientMessage[] = [];
  readonly frames: ClientFrame[] = [];
  closedWith: number | null = null;
  readonly #events: SocketEvents;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.#events = events;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (typeof data === "string") this.messages.push(JSON.parse(data) as ClientMessage);
    else this.frames.push(decodeClientFrame(data));
  }

  close(code: number): void {
    this.closedWith = code;
  }

  open(): void {
    this.#events.open();
  }

  says(message: ServerMessage): void {
    this.#events.text(JSON.stringify(message));
  }

  saysRaw(text: string): void {
    this.#events.text(text);
  }

  sends(frame: ServerFrame): void {
    this.#events.binary(encodeServerFrame(frame));
  }

  drops(code: number): void {
    this.#events.closed(code);
  }

  /** What the server was told first. */
  get hello(): Extract<ClientMessage, { type: "hello" }> {
    const first = this.messages[0];
    if (first?.type !== "hello") throw new Error("no hello");
    return first;
  }

  sent<T extends ClientMessage["type"]>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.messages.filter((m): m is Extract<ClientMessage, { type: T }> => m.type === type);
  }

  /** The input as the machine would see it, with its offset. */
  get input(): { offset: number; length: number }[] {
    return this.frames
      .filter((f) => f.kind === "input")
      .map((f) => ({ offset: f.offset, length: f.bytes.length }));
  }
}

export function welcomeOf(changes: Partial<Welcome> = {}): ServerMessage {
  return {
    type: "welcome",
    session: "s1",
    family: "terminal",
    viewer: "v1",
    role: "controller",
    may_control: true,
    size: { cols: 80, rows: 24 },
    output: 0,
    history: 0,
    input: 0,
    resumed: false,
    token_expires_at: "2026-01-01T12:05:00Z",
    ...changes,
  };
}
