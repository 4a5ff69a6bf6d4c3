import { expect, it } from "vitest";
import { amount } from "./amount";

it("is counted in lines or characters", () => {
  expect(amount("a\nb\n")).toBe("2 lines");
  expect(amount("🙂")).toBe("1 character");
  expect(amount("abc\n")).toBe("4 characters");
});
