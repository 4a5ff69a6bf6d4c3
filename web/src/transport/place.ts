/** A viewer's place in a session: what is kept while sockets come and go. Knows bytes and offsets, no sockets. */
import type { ClientFrame } from "../protocol/frame";
import type { Attach } from "../protocol/gen/Attach";
import type { Role } from "../protocol/gen/Role";
import type { Size } from "../protocol/gen/Size";
import type { Welcome } from "../protocol/gen/Welcome";
import { InputLog } from "./input-log";

export class Place {
  readonly #input = new InputLog();
  #session: string | null;
  #welcome: Welcome | null = null;
  #received = 0;
  #parsed = 0;
  /** Between a welcome to another place and its reset, what is parsed is of the past. */
  #awaitsReset = false;
  #size: Size | null = null;

  constructor(session: string | null) {
    this.#session = session;
  }

  /** Null before the first welcome; its role is the newest. */
  get welcome(): Welcome | null {
    return this.#welcome;
  }

  /** What to ask for in the hello. */
  attach(size: Size): Attach {
    this.#size = size;
    if (this.#session === null) return { kind: "open", family: "terminal", size };
    const join = { kind: "join", session: this.#session, size } as const;
    const welcome = this.#welcome;
    if (welcome === null) return join;
    return { ...join, resume: { viewer: welcome.viewer, output: this.#received } };
  }

  /** Returns how many bytes of input were given up. */
  enter(welcome: Welcome): number {
    if (welcome.resumed && welcome.output !== this.#received) throw new Error("resumed elsewhere");
    let lost = 0;
    if (welcome.viewer === this.#welcome?.viewer) this.#input.resume(welcome.input);
    else lost = this.#input.restart(welcome.input);
    this.#awaitsReset = !welcome.resumed;
    this.#received = welcome.output;
    this.#welcome = welcome;
    this.#session = welcome.session;
    return lost;
  }

  setRole(role: Role): void {
    // What waits was meant for when it could still arrive, and not for when control comes back.
    if (role === "viewer") this.#input.forget();
    if (this.#welcome !== null) this.#welcome = { ...this.#welcome, role };
  }

  /** What is new of the bytes at `offset`; null where all of them came before. */
  receive(offset: number, bytes: Uint8Array): { offset: number; bytes: Uint8Array } | null {
    const from = this.#received;
    const end = offset + bytes.length;
    if (offset > from) throw new Error("output is missing");
    if (end <= from) return null;
    this.#received = end;
    this.#awaitsReset = false;
    return { offset: from, bytes: bytes.subarray(from - offset) };
  }

  reset(offset: number): void {
    this.#received = offset;
    this.#parsed = offset;
    this.#awaitsReset = false;
  }

  parsed(offset: number): void {
    if (!this.#awaitsReset) this.#parsed = offset;
  }

  /** Null while there is nothing that the server would understand. */
  acknowledgement(): ClientFrame | null {
    return this.#awaitsReset ? null : { kind: "output_ack", offset: this.#parsed };
  }

  type(bytes: Uint8Array): void {
    if (this.#welcome?.role !== "viewer") this.#input.push(bytes);
  }

  applied(offset: number): void {
    this.#input.ack(offset);
  }

  /** The input that may be sent now; it counts as sent. */
  *sendable(): Generator<ClientFrame> {
    if (this.#welcome === null || this.#welcome.role === "viewer") return;
    for (let next = this.#input.take(); next !== null; next = this.#input.take()) {
      yield { kind: "input", ...next };
    }
  }

  /** Whether the server does not know this size yet; from now on it does. */
  resized(size: Size): boolean {
    if (this.#size?.cols === size.cols && this.#size.rows === size.rows) return false;
    this.#size = size;
    return true;
  }
}
