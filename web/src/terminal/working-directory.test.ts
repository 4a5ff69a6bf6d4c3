import { expect, it } from "vitest";
import { directoryOf } from "./working-directory";

it("reads where the shell is", () => {
  expect(directoryOf("file://host/b/x%20y")).toBe("/b/x%20y");
  expect(directoryOf("file:///")).toBe("/");
  expect(directoryOf("file://h/ä b/100%/%41")).toBe("/%C3%A4%20b/100%25/%41");
  expect(directoryOf("file://h/%FF")).toBe("/%FF");
});

it("takes nothing else for a place", () => {
  for (const other of [
    "",
    "/b",
    "http://host/b",
    "file://host",
    "javascript:alert(1)",
    "file://h/a%00b",
    `file://h/${"a".repeat(20_000)}`,
  ]) {
    expect(directoryOf(other), other).toBeNull();
  }
});
