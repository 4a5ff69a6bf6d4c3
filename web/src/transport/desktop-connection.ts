/** A viewer's connection to a desktop: pictures come, keys and pointer go; nothing of either is sent again. */
import {
  clipboardFrames,
  type DesktopClientFrame,
  decodeDesktopFrame,
  encodeDesktopFrame,
} from "../protocol/desktop-frame";
import type { Attach } from "../protocol/gen/Attach";
import { CLIPBOARD_BYTES } from "../protocol/gen/limits";
import type { Role } from "../protocol/gen/Role";
import type { Welcome } from "../protocol/gen/Welcome";
import { Connection, type ConnectionOptions, type FamilyMessage } from "./connection";
import type { DesktopListener } from "./status";

/** A desktop has the size of its machine's screen; what a viewer names is not used. */
const SIZE = { cols: 80, rows: 24 } as const;

export class DesktopConnection extends Connection {
  protected override readonly family = "desktop";
  protected override readonly farewell = {
    left: "You left this desktop.",
    exited: "The desktop has ended.",
  };
  readonly #listener: DesktopListener;
  #session: string | null;
  #welcome: Welcome | null = null;
  #copied: Uint8Array[] = [];

  constructor(options: ConnectionOptions<DesktopListener>) {
    super(options);
    this.#listener = options.listener;
    this.#session = options.session ?? null;
  }

  override get place(): Welcome | null {
    return this.#welcome;
  }

  /** Sends now or never: a key that comes late may hit what nobody aimed at. Whether it went out. */
  act(frame: DesktopClientFrame): boolean {
    if (this.status.state !== "live" || this.#welcome?.role === "viewer") return false;
    this.sendFrame(encodeDesktopFrame(frame));
    return true;
  }

  /** Shows the others where this viewer points. */
  point(x: number, y: number): void {
    if (this.status.state === "live") this.say({ type: "point", x, y });
  }

  /** Pictures up to `number` are on the screen. */
  shown(number: number): void {
    if (this.isIn) this.sendFrame(encodeDesktopFrame({ kind: "picture_ack", number }));
  }

  /** Puts a text, UTF-8, on the machine's clipboard. Whether it went out; one that is too long never does. */
  paste(text: Uint8Array): boolean {
    if (text.length > CLIPBOARD_BYTES) return false;
    return [...clipboardFrames(text)].every((frame) => this.act(frame));
  }

  protected override attach(): Attach {
    if (this.#session === null) return { kind: "open", family: this.family, size: SIZE };
    const join = { kind: "join", session: this.#session, size: SIZE } as const;
    if (this.#welcome === null) return join;
    return { ...join, resume: { viewer: this.#welcome.viewer, output: 0 } };
  }

  protected override entered(welcome: Welcome): void {
    this.#welcome = welcome;
    this.#session = welcome.session;
    this.#copied = [];
  }

  protected override roleIs(role: Role): void {
    if (this.#welcome !== null) this.#welcome = { ...this.#welcome, role };
  }

  protected override understood(message: FamilyMessage): void {
    if (message.type === "desktop") this.#listener.state(message);
    else if (message.type === "bell") this.#listener.bell();
    else if (message.type === "pointers") this.#listener.pointers(message.pointers);
  }

  protected override received(bytes: Uint8Array): void {
    const frame = decodeDesktopFrame(bytes);
    if (frame.kind === "picture") {
      this.#listener.picture(frame.number, frame.isLast, frame.ops);
      return;
    }
    this.#copied.push(frame.bytes);
    if (!frame.isLast) return;
    const pieces = this.#copied.splice(0);
    const text = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      text.set(piece, at);
      at += piece.length;
    }
    this.#listener.copied(text);
  }

  protected override begins(): void {}
  /** What went up meanwhile nobody heard of. */
  protected override goesOn(): void {
    this.act({ kind: "release" });
  }

  protected override isSeen(): void {}
}
