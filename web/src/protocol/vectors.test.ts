/** The golden vectors that the Rust side writes: both sides read and write the same bytes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ControlError, parseServerMessage } from "./control";
import {
  type ClientFrame,
  decodeClientFrame,
  decodeServerFrame,
  encodeClientFrame,
  encodeServerFrame,
  FrameError,
  type ServerFrame,
} from "./frame";

interface FrameVector {
  name: string;
  direction: "client" | "server";
  hex: string;
  frame?: Record<string, string | number>;
  error?: string;
}

interface ControlVector {
  direction: "client" | "server";
  message: { type: string };
}

function read<T>(file: string): T[] {
  const url = new URL(`../../../protocol/vectors/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T[];
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** A frame in the words of the vectors. */
function plain(frame: ClientFrame | ServerFrame): Record<string, string | number> {
  switch (frame.kind) {
    case "input":
    case "output":
      return { kind: frame.kind, offset: frame.offset, hex: hexOf(frame.bytes) };
    case "reset": {
      const { kind, offset, skipped, size, screen } = frame;
      return { kind, offset, skipped, cols: size.cols, rows: size.rows, hex: hexOf(screen) };
    }
    case "screen":
      return { kind: frame.kind, hex: hexOf(frame.bytes) };
    case "input_ack":
    case "output_ack":
      return { kind: frame.kind, offset: frame.offset };
    default:
      return frame satisfies never;
  }
}

function decodeAndEncode({ direction, hex }: FrameVector) {
  const bytes = bytesOf(hex);
  if (direction === "client") {
    const frame = decodeClientFrame(bytes);
    return { frame, again: encodeClientFrame(frame) };
  }
  const frame = decodeServerFrame(bytes);
  return { frame, again: encodeServerFrame(frame) };
}

const frames = read<FrameVector>("frames.json");

describe("frames", () => {
  it.each(frames.filter((v) => v.frame !== undefined))("$direction: $name", (vector) => {
    const { frame, again } = decodeAndEncode(vector);
    expect(plain(frame)).toEqual(vector.frame);
    expect(hexOf(again)).toBe(vector.hex);
  });

  it.each(frames.filter((v) => v.error !== undefined))("$direction refused: $name", (vector) => {
    let fault: unknown = null;
    try {
      decodeAndEncode(vector);
    } catch (error) {
      fault = error instanceof FrameError ? error.fault : error;
    }
    expect(fault).toBe(vector.error);
  });

  it("of any bytes are read or refused, and nothing else", () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed;
    };
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Uint8Array.from({ length: random() % 40 }, () => random() % 256);
      const kind = [0x01, 0x02, 0x03, 0x11, 0x12][random() % 5];
      if (bytes.length > 0 && kind !== undefined) bytes[0] = kind;
      for (const decode of [decodeClientFrame, decodeServerFrame]) {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }
    }
  });
});

describe("control messages", () => {
  const messages = read<ControlVector>("control.json").filter((v) => v.direction === "server");

  it.each(messages)("$message.type is understood", ({ message }) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each(messages)("$message.type is refused without one of its fields", ({ message }) => {
    for (const field of Object.keys(message).filter((f) => f !== "type")) {
      const { [field as "type"]: _gone, ...rest } = message;
      expect(() => parseServerMessage(JSON.stringify(rest)), field).toThrow(ControlError);
    }
  });
});
