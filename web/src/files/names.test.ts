import { expect, it } from "vitest";
import { exactOf, exactOfBytes, joined, size, steps, textOf, visible } from "./names";

it("shows what would mislead", () => {
  expect(visible("plain ä 日本.txt")).toBe("plain ä 日本.txt");
  expect(visible("cod\u202egpj.exe")).toBe("cod⟨U+202E⟩gpj.exe");
  expect(visible("a\nb\x1b[31m\x7f")).toBe("a␊b␛[31m⟨U+007F⟩");
  expect(visible("👩‍💻 a\u200db")).toBe("👩‍💻 a⟨U+200D⟩b");
  expect(visible("zero\u200bwidth\ufeff")).toBe("zero⟨U+200B⟩width⟨U+FEFF⟩");
});

it("asks for every name by its bytes", () => {
  expect(exactOf("a b+c&d#e?f%g")).toBe("a%20b%2Bc%26d%23e%3Ff%25g");
  expect(exactOf("ä/x")).toBe("%C3%A4/x");
  expect(exactOfBytes(Uint8Array.of(0xff, 0x41, 0x0a))).toBe("%FFA%0A");
  expect(textOf("%C3%A4%20%FF")).toBe("ä \ufffd");
  expect(joined("/", "x")).toBe("/x");
  expect(joined("/a", "x")).toBe("/a/x");
});

it("names every folder on the way", () => {
  expect(steps("/a%20b/c")).toEqual([
    { exact: "/", text: "/" },
    { exact: "/a%20b", text: "a b" },
    { exact: "/a%20b/c", text: "c" },
  ]);
  expect(steps("/")).toHaveLength(1);
});

it("says sizes with three figures", () => {
  expect([0, 1, 999, 1000, 12_345, 999_949, 1_073_741_824].map(size)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1.0 KB",
    "12.3 KB",
    "1.0 MB",
    "1.1 GB",
  ]);
});
