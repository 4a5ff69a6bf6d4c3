/**
 * Data frames: a kind byte, a cursor and a payload, little endian. The same bytes as
 * `protocol/src/wire/frame.rs`; both sides are held together by `protocol/vectors/frames.json`.
 */
import { INPUT_BYTES, OUTPUT_BYTES, TERMINAL_MAX, TERMINAL_MIN } from "./gen/limits";
import type { Size } from "./gen/Size";

export const KIND = {
  output: 0x01,
  reset: 0x02,
  input_ack: 0x03,
  screen: 0x04,
  input: 0x11,
  output_ack: 0x12,
} as const;

export type ClientFrame =
  | { kind: "input"; offset: number; bytes: Uint8Array }
  | { kind: "output_ack"; offset: number };

export type ServerFrame =
  | { kind: "output"; offset: number; bytes: Uint8Array }
  | { kind: "reset"; offset: number; skipped: number; size: Size; screen: Uint8Array }
  | { kind: "screen"; bytes: Uint8Array }
  | { kind: "input_ack"; offset: number };

export type FrameFault =
  | "truncated"
  | "unknown_kind"
  | "too_large"
  | "empty"
  | "trailing"
  | "out_of_range";

/** Bytes that are no frame. */
export class FrameError extends Error {
  readonly fault: FrameFault;

  constructor(fault: FrameFault) {
    super(`frame refused: ${fault}`);
    this.name = "FrameError";
    this.fault = fault;
  }
}

const CURSOR_END = 9;
const RESET_HEAD = 21;
const EXACT = 2 ** 53;

export function decodeClientFrame(message: Uint8Array): ClientFrame {
  switch (kindOf(message)) {
    case KIND.input: {
      const offset = cursor(message, 1);
      const bytes = payload(message, CURSOR_END, INPUT_BYTES);
      checkEnd(offset, bytes.length);
      return { kind: "input", offset, bytes };
    }
    case KIND.output_ack: {
      const offset = cursor(message, 1);
      checkNothingLeft(message);
      return { kind: "output_ack", offset };
    }
    default:
      throw new FrameError("unknown_kind");
  }
}

/** The payload of the result shares the message's memory. */
export function decodeServerFrame(message: Uint8Array): ServerFrame {
  switch (kindOf(message)) {
    case KIND.output: {
      const offset = cursor(message, 1);
      const bytes = payload(message, CURSOR_END, OUTPUT_BYTES);
      checkEnd(offset, bytes.length);
      return { kind: "output", offset, bytes };
    }
    case KIND.reset:
      return decodeReset(message);
    case KIND.screen:
      return { kind: "screen", bytes: payload(message, 1, OUTPUT_BYTES) };
    case KIND.input_ack: {
      const offset = cursor(message, 1);
      checkNothingLeft(message);
      return { kind: "input_ack", offset };
    }
    default:
      throw new FrameError("unknown_kind");
  }
}

export function encodeClientFrame(frame: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (frame.kind) {
    case "input":
      return withPayload(KIND.input, frame.offset, frame.bytes);
    case "output_ack":
      return withPayload(KIND.output_ack, frame.offset, NOTHING);
    default:
      return frame satisfies never;
  }
}

export function encodeServerFrame(frame: ServerFrame): Uint8Array<ArrayBuffer> {
  switch (frame.kind) {
    case "output":
      return withPayload(KIND.output, frame.offset, frame.bytes);
    case "screen": {
      const out = new Uint8Array(1 + frame.bytes.length);
      out[0] = KIND.screen;
      out.set(frame.bytes, 1);
      return out;
    }
    case "input_ack":
      return withPayload(KIND.input_ack, frame.offset, NOTHING);
    case "reset": {
      const out = new Uint8Array(RESET_HEAD + frame.screen.length);
      const view = new DataView(out.buffer);
      view.setUint8(0, KIND.reset);
      setCursor(view, 1, frame.offset);
      setCursor(view, 9, frame.skipped);
      view.setUint16(17, frame.size.cols, true);
      view.setUint16(19, frame.size.rows, true);
      out.set(frame.screen, RESET_HEAD);
      return out;
    }
    default:
      return frame satisfies never;
  }
}

const NOTHING = new Uint8Array(0);

function decodeReset(message: Uint8Array): ServerFrame {
  const offset = cursor(message, 1);
  const skipped = cursor(message, 9);
  if (message.length < RESET_HEAD) throw new FrameError("truncated");
  const view = viewOf(message);
  const size = { cols: view.getUint16(17, true), rows: view.getUint16(19, true) };
  if (!isValidSize(size)) throw new FrameError("out_of_range");
  const screen = message.subarray(RESET_HEAD);
  if (screen.length > OUTPUT_BYTES) throw new FrameError("too_large");
  return { kind: "reset", offset, skipped, size, screen };
}

export function isValidSize({ cols, rows }: Size): boolean {
  const within = (n: number) => n >= TERMINAL_MIN && n <= TERMINAL_MAX;
  return within(cols) && within(rows);
}

function viewOf(message: Uint8Array): DataView {
  return new DataView(message.buffer, message.byteOffset, message.byteLength);
}

function kindOf(message: Uint8Array): number {
  const kind = message[0];
  if (kind === undefined) throw new FrameError("truncated");
  return kind;
}

/** Numbers are exact up to 2^53; a cursor counts bytes that were sent and never comes near. */
function cursor(message: Uint8Array, at: number): number {
  if (message.length < at + 8) throw new FrameError("truncated");
  const view = viewOf(message);
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (high > 0x20_0000 || (high === 0x20_0000 && low > 0)) throw new FrameError("out_of_range");
  return high * 2 ** 32 + low;
}

function setCursor(view: DataView, at: number, cursor: number): void {
  view.setUint32(at, cursor % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(cursor / 2 ** 32), true);
}

function payload(message: Uint8Array, from: number, limit: number): Uint8Array {
  const bytes = message.subarray(from);
  if (bytes.length === 0) throw new FrameError("empty");
  if (bytes.length > limit) throw new FrameError("too_large");
  return bytes;
}

function checkEnd(offset: number, length: number): void {
  if (offset > EXACT - length) throw new FrameError("out_of_range");
}

function checkNothingLeft(message: Uint8Array): void {
  if (message.length > CURSOR_END) throw new FrameError("trailing");
}

function withPayload(kind: number, cursor: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(CURSOR_END + bytes.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, kind);
  setCursor(view, 1, cursor);
  out.set(bytes, CURSOR_END);
  return out;
}
