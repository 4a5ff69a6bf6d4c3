import { expect, it } from "vitest";
import { asOneLine, harmless, linesOf, pieces, preview, runsAtOnce } from "./paste";

it("cannot end its own brackets, however they are nested", () => {
  expect(harmless("a\x1b[201~b")).toBe("ab");
  expect(harmless("a\x1b[20\x1b[201~1~b")).toBe("ab");
  expect(harmless("a\x9b201~b")).toBe("a201~b");
  expect(harmless("a\x1b[20\r1~b")).not.toContain("\x1b");
});

it("brings no control characters but tab and newline", () => {
  expect(harmless("a\x03\tb\x00\r\nc\rd\x7f\x85e\n")).toBe("a\tb\nc\nde\n");
});

it("counts lines as people do", () => {
  expect(linesOf("one")).toEqual(["one"]);
  expect(linesOf("one\n")).toEqual(["one"]);
  expect(linesOf("one\ntwo\n")).toEqual(["one", "two"]);
  expect(linesOf("one\n\n")).toEqual(["one", ""]);
});

it("becomes one line without running anything", () => {
  expect(asOneLine("make \\\n  -j4 \\\n  all\n")).toBe("make -j4 all");
  expect(asOneLine("a\n\n b \n")).toBe("a b");
});

it("is asked about only where it would run by itself", () => {
  expect(runsAtOnce("ls\n", false)).toBe(true);
  expect(runsAtOnce("ls\n", true)).toBe(false);
  expect(runsAtOnce("ls", false)).toBe(false);
});

it("is shown with what cannot be seen, ten lines of it", () => {
  const text = Array.from({ length: 14 }, (_, n) => `line ${n}`).join("\n");
  expect(preview(text).lines).toHaveLength(10);
  expect(preview(text).more).toBe(4);
  expect(preview("a\u202eb\u200b").lines).toEqual(["a<U+202E>b<U+200B>"]);
  expect(preview("x".repeat(300)).lines[0]).toHaveLength(201);
});

it("goes out in pieces of 4 KiB at most, whole and with no character torn", () => {
  const text = "añ日🙂\n".repeat(2000);
  const out = [...pieces(text, true)];
  const sizes = out.map((piece) => new TextEncoder().encode(piece).length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  expect(out.join("")).toBe(`\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~`);
  const torn = /^[\udc00-\udfff]|[\ud800-\udbff]$/;
  expect(out.filter((piece) => torn.test(piece))).toEqual([]);
  expect([...pieces("ls\n", false)]).toEqual(["ls\r"]);
  expect([...pieces("", false)]).toEqual([]);
});
