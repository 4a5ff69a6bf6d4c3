/**
 * A desktop's data frames, little endian. The same bytes as `protocol/src/wire/desktop.rs`; both sides are held
 * together by `protocol/vectors/desktop.json`.
 */
import { FrameError } from "./frame";
import { DESKTOP_PIECE_BYTES } from "./gen/limits";

export type DesktopClientFrame =
  | { kind: "key"; down: boolean; code: number; keysym: number }
  | { kind: "pointer"; buttons: number; x: number; y: number }
  | { kind: "wheel"; x: number; y: number; right: number; down: number }
  | { kind: "release" }
  | { kind: "picture_ack"; number: number }
  | { kind: "clipboard"; isLast: boolean; bytes: Uint8Array }
  | { kind: "resize"; width: number; height: number }
  | { kind: "take_control" };

export type DesktopServerFrame =
  | { kind: "picture"; number: number; isLast: boolean; ops: Uint8Array }
  | { kind: "clipboard"; isLast: boolean; bytes: Uint8Array };

const LAST = 1;

export function encodeDesktopFrame(frame: DesktopClientFrame): Uint8Array<ArrayBuffer> {
  switch (frame.kind) {
    case "key": {
      const view = begin(0x30, 7);
      view.setUint8(1, frame.down ? 1 : 0);
      view.setUint16(2, frame.code, true);
      view.setUint32(4, frame.keysym, true);
      return bytesOf(view);
    }
    case "pointer": {
      const view = begin(0x31, 5);
      view.setUint8(1, frame.buttons);
      view.setUint16(2, frame.x, true);
      view.setUint16(4, frame.y, true);
      return bytesOf(view);
    }
    case "wheel": {
      const view = begin(0x32, 8);
      view.setUint16(1, frame.x, true);
      view.setUint16(3, frame.y, true);
      view.setInt16(5, frame.right, true);
      view.setInt16(7, frame.down, true);
      return bytesOf(view);
    }
    case "release":
      return bytesOf(begin(0x33, 0));
    case "picture_ack": {
      const view = begin(0x34, 4);
      view.setUint32(1, frame.number, true);
      return bytesOf(view);
    }
    case "clipboard": {
      const view = begin(0x35, 1 + frame.bytes.length);
      view.setUint8(1, frame.isLast ? LAST : 0);
      const bytes = bytesOf(view);
      bytes.set(frame.bytes, 2);
      return bytes;
    }
    case "resize": {
      const view = begin(0x36, 4);
      view.setUint16(1, frame.width, true);
      view.setUint16(3, frame.height, true);
      return bytesOf(view);
    }
    case "take_control":
      return bytesOf(begin(0x37, 0));
    default:
      return frame satisfies never;
  }
}

/** The payload shares memory with the message. */
export function decodeDesktopFrame(message: Uint8Array): DesktopServerFrame {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (message.length < 2) throw new FrameError("truncated");
  switch (message[0]) {
    case 0x20:
      if (message.length < 6) throw new FrameError("truncated");
      return {
        kind: "picture",
        number: view.getUint32(1, true),
        isLast: flag(view.getUint8(5)),
        ops: piece(message.subarray(6)),
      };
    case 0x21:
      return {
        kind: "clipboard",
        isLast: flag(view.getUint8(1)),
        bytes: piece(message.subarray(2)),
      };
    default:
      throw new FrameError("unknown_kind");
  }
}

/** A text for the machine's clipboard, UTF-8, in as many frames as it takes. */
export function* clipboardFrames(bytes: Uint8Array): Generator<DesktopClientFrame> {
  let at = 0;
  do {
    const end = Math.min(at + DESKTOP_PIECE_BYTES, bytes.length);
    yield { kind: "clipboard", isLast: end === bytes.length, bytes: bytes.subarray(at, end) };
    at = end;
  } while (at < bytes.length);
}

function begin(kind: number, length: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(1 + length));
  view.setUint8(0, kind);
  return view;
}

function bytesOf(view: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer);
}

function flag(byte: number): boolean {
  if (byte > LAST) throw new FrameError("out_of_range");
  return byte === LAST;
}

function piece(bytes: Uint8Array): Uint8Array {
  if (bytes.length > DESKTOP_PIECE_BYTES) throw new FrameError("too_large");
  return bytes;
}
