import { expect, it } from "vitest";
import { countOf, type Query, troubleWith } from "./search-query";

const query = (text: string, regex = false): Query => ({
  text,
  regex,
  caseSensitive: false,
  wholeWord: false,
});

it("says which match of how many", () => {
  expect(countOf(query("a"), 2, 17)).toBe("3 of 17");
  expect(countOf(query("a"), -1, 17)).toBe("17 matches");
  expect(countOf(query("a"), -1, 1)).toBe("1 match");
  expect(countOf(query("a"), -1, 0)).toBe("No matches");
  expect(countOf(query("a"), 0, 1000)).toBe("1 of 1000 or more");
  expect(countOf(query(""), -1, 0)).toBe("");
});

it("says that an expression is none", () => {
  expect(troubleWith(query("a(", true))).toBe("Not a valid expression");
  expect(troubleWith(query("a(", false))).toBe("");
  expect(troubleWith(query("a+b?", true))).toBe("");
});
