/** A viewer's connection to a terminal: output by offset, and input exactly once. */
import { decodeServerFrame, encodeClientFrame } from "../protocol/frame";
import type { Attach } from "../protocol/gen/Attach";
import type { Role } from "../protocol/gen/Role";
import type { Size } from "../protocol/gen/Size";
import type { Welcome } from "../protocol/gen/Welcome";
import { Connection, type ConnectionOptions, type FamilyMessage } from "./connection";
import { Place } from "./place";
import type { TerminalListener } from "./status";

export interface TerminalConnectionOptions extends ConnectionOptions<TerminalListener> {
  size: () => Size;
}

export class TerminalConnection extends Connection {
  protected override readonly family = "terminal";
  protected override readonly farewell = {
    left: "You left this terminal.",
    exited: "The shell has ended.",
  };
  readonly #listener: TerminalListener;
  readonly #size: () => Size;
  readonly #place: Place;

  constructor(options: TerminalConnectionOptions) {
    super(options);
    this.#listener = options.listener;
    this.#size = options.size;
    this.#place = new Place(options.session ?? null);
  }

  override get place(): Welcome | null {
    return this.#place.welcome;
  }

  send(bytes: Uint8Array): void {
    if (this.status.state === "ended") return;
    this.#place.type(bytes);
    this.#flush();
  }

  resize(size: Size): void {
    if (this.isIn && this.#place.resized(size)) this.say({ type: "resize", ...size });
  }

  /** All output below `offset` was parsed. */
  parsed(offset: number): void {
    this.#place.parsed(offset);
    this.#acknowledge();
  }

  protected override attach(): Attach {
    return this.#place.attach(this.#size());
  }

  protected override entered(welcome: Welcome): void {
    const lost = this.#place.enter(welcome);
    if (lost > 0) this.#listener.inputLost(lost);
  }

  protected override roleIs(role: Role): void {
    this.#place.setRole(role);
  }

  protected override understood(message: FamilyMessage): void {
    if (message.type === "size") {
      this.#listener.size({ cols: message.cols, rows: message.rows });
    }
  }

  protected override received(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    switch (frame.kind) {
      case "output": {
        const fresh = this.#place.receive(frame.offset, frame.bytes);
        if (fresh !== null) this.#listener.output(fresh.offset, fresh.bytes);
        break;
      }
      case "reset":
        this.#place.reset(frame.offset);
        this.#listener.reset(frame);
        break;
      case "screen":
        this.#listener.screen(frame.bytes);
        break;
      case "input_ack":
        this.#place.applied(frame.offset);
        this.#flush();
        break;
      default:
        frame satisfies never;
    }
  }

  protected override begins(): void {
    this.#acknowledge();
    this.resize(this.#size());
    this.#flush();
  }

  /** What was typed meanwhile goes out. */
  protected override goesOn(): void {
    this.#flush();
  }

  protected override isSeen(): void {
    this.#acknowledge();
  }

  #acknowledge(): void {
    const ack = this.#place.acknowledgement();
    if (ack !== null && this.isIn) this.sendFrame(encodeClientFrame(ack));
  }

  /** Nobody types blindly into a connection that does not answer: input waits until it does. */
  #flush(): void {
    if (this.status.state !== "live") return;
    for (const frame of this.#place.sendable()) this.sendFrame(encodeClientFrame(frame));
  }
}
