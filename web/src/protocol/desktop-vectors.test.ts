/** The golden vectors of desktops that the Rust side writes. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  clipboardFrames,
  type DesktopClientFrame,
  decodeDesktopFrame,
  encodeDesktopFrame,
} from "./desktop-frame";
import { DESKTOP_PIECE_BYTES } from "./gen/limits";
import { OpReader } from "./picture";

interface Vector {
  of: "client" | "server" | "op";
  name?: string;
  hex: string;
  value?: Record<string, unknown>;
  error?: boolean;
}

const url = new URL("../../../protocol/vectors/desktop.json", import.meta.url);
const vectors = JSON.parse(readFileSync(url, "utf8")) as Vector[];
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** In the words of the vectors. */
function plain(value: object): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, part]) =>
    part instanceof Uint8Array ? ["hex", hexOf(part)] : [name, part],
  );
  return Object.fromEntries(entries) as Record<string, unknown>;
}

it.each(vectors.filter((v) => v.of === "client"))("writes $hex", ({ hex, value }) => {
  const { hex: content, ...rest } = value as { hex?: string };
  const frame = { ...rest, ...(content === undefined ? {} : { bytes: bytesOf(content) }) };
  expect(hexOf(encodeDesktopFrame(frame as unknown as DesktopClientFrame))).toBe(hex);
});

it.each(vectors.filter((v) => v.of === "server"))("reads $hex", ({ hex, value }) => {
  expect(plain(decodeDesktopFrame(bytesOf(hex)))).toEqual(value);
});

it.each(vectors.filter((v) => v.of === "op"))(
  "reads the operation $hex",
  ({ hex, value, error }) => {
    const reader = new OpReader();
    const read = () => {
      reader.push(bytesOf(hex));
      return reader.next();
    };
    if (error === true) {
      expect(read).toThrow();
    } else {
      expect(plain(read() ?? {})).toEqual(value);
      expect(reader.isEmpty).toBe(true);
    }
  },
);

it("reads operations out of pieces of any size", () => {
  const good = vectors.filter((v) => v.of === "op" && v.error !== true);
  const all = bytesOf(good.map((v) => v.hex).join(""));
  for (const size of [1, 2, 3, 7, 64]) {
    const reader = new OpReader();
    const found: unknown[] = [];
    for (let at = 0; at < all.length; at += size) {
      reader.push(all.subarray(at, at + size));
      for (let op = reader.next(); op !== undefined; op = reader.next()) found.push(plain(op));
    }
    expect(found).toEqual(good.map((v) => v.value));
  }
});

it("cuts a long text for the clipboard, and sends an empty one", () => {
  const long = [...clipboardFrames(new Uint8Array(2 * DESKTOP_PIECE_BYTES))];
  expect(long.map((f) => f.kind === "clipboard" && [f.isLast, f.bytes.length])).toEqual([
    [false, DESKTOP_PIECE_BYTES],
    [true, DESKTOP_PIECE_BYTES],
  ]);
  expect([...clipboardFrames(new Uint8Array(0))]).toEqual([
    { kind: "clipboard", isLast: true, bytes: new Uint8Array(0) },
  ]);
});

it("refuses server frames that are not whole", () => {
  for (const hex of ["", "20", "2000000000", "200000000002", "2102", "30"]) {
    expect(() => decodeDesktopFrame(bytesOf(hex)), hex).toThrow();
  }
});
