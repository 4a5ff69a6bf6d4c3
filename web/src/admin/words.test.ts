import { describe, expect, test } from "vitest";
import { bytes, query } from "./words";

describe("words of the administrators' page", () => {
  test("bytes are short and say their unit", () => {
    expect([0, 999, 1000, 12_345, 3_400_000].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 KB",
      "12 KB",
      "3.4 MB",
    ]);
  });

  test("what is empty is not asked for", () => {
    expect(query({ q: "a b", state: "", before: null, limit: 5 })).toBe("q=a+b&limit=5");
  });
});
