import { expect, it } from "vitest";
import { coveredBelow } from "./covered";

it("is what the soft keyboard takes from the terminal", () => {
  expect(coveredBelow(800, { offsetTop: 0, height: 500, scale: 1 })).toBe(300);
  expect(coveredBelow(800, { offsetTop: 120, height: 500, scale: 1 })).toBe(180);
  expect(coveredBelow(400, { offsetTop: 0, height: 500, scale: 1 })).toBe(0);
});

it("is nothing for who has zoomed in, and where it cannot be known", () => {
  expect(coveredBelow(800, { offsetTop: 0, height: 400, scale: 2 })).toBe(0);
  expect(coveredBelow(800, null)).toBe(0);
});
