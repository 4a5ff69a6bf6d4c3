// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { claimsOther } from "./links";
import { trimmed } from "./selection";
import { cleanTitle } from "./title";

it("notices a text that names another host than the one behind it", () => {
  expect(claimsOther("https://example.org/a", "https://evil.example/a")).toBe(true);
  expect(claimsOther("example.org/login", "https://evil.example/")).toBe(true);
  expect(claimsOther("www.example.org", "https://evil.example/")).toBe(true);
  expect(claimsOther("http://10.0.0.1:80", "https://evil.example/")).toBe(true);
  expect(claimsOther("https://example.org@evil.example", "https://evil.example/")).toBe(true);
  // The second "a" is Cyrillic.
  expect(claimsOther("https://аpple.example", "https://apple.example/")).toBe(true);
});

it("takes no offence at other words, or at another page of the same host", () => {
  expect(claimsOther("see the report", "https://example.org/")).toBe(false);
  expect(claimsOther("https://example.org/a", "https://example.org/b")).toBe(false);
  expect(claimsOther("Example.org:8080/x", "https://example.org:8080/y")).toBe(false);
  expect(claimsOther("main.rs", "https://example.org/main.rs")).toBe(false);
  expect(claimsOther("v1.2.3", "https://example.org/v1.2.3")).toBe(false);
});

it("copies lines without the blanks that fill them up", () => {
  expect(trimmed("a   \nb\t\n  c  ")).toBe("a\nb\n  c");
  expect(trimmed("a  \r\nb")).toBe("a\r\nb");
  expect(trimmed("   ")).toBe("   ");
});

it("shows a title as text, without what turns or hides it", () => {
  expect(cleanTitle("make\u202e\u2066x\u200b\x1b\x07y")).toBe("makexy");
  expect(cleanTitle("  naïve 日本 🙂 ")).toBe("naïve 日本 🙂");
  expect(cleanTitle("x".repeat(5000))).toHaveLength(201);
});
