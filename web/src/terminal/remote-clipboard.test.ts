import { expect, it } from "vitest";
import { CLIPBOARD_BYTES, clipboardWish } from "./remote-clipboard";

const encoded = (text: string) => Buffer.from(text).toString("base64");

it("takes text in UTF-8", () => {
  expect(clipboardWish(`c;${encoded("naïve 日本\n")}`)).toEqual({
    kind: "text",
    text: "naïve 日本\n",
  });
  expect(clipboardWish(`;${encoded("x")}`)).toEqual({ kind: "text", text: "x" });
});

it("never answers a question, and makes nothing of nonsense", () => {
  for (const data of [
    "c;?",
    "?",
    "c;",
    "c",
    "c;***",
    "x;YQ==",
    `c;${Buffer.from([0xff]).toString("base64")}`,
  ]) {
    expect(clipboardWish(data)).toEqual({ kind: "nothing" });
  }
});

it("ends at 1 MiB", () => {
  expect(clipboardWish(`c;${encoded("x".repeat(CLIPBOARD_BYTES))}`).kind).toBe("text");
  expect(clipboardWish(`c;${encoded("x".repeat(CLIPBOARD_BYTES + 1))}`).kind).toBe("too-large");
  expect(clipboardWish(`c;${"A".repeat(3 * CLIPBOARD_BYTES)}`).kind).toBe("too-large");
});
