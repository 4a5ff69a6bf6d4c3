import { expect, it } from "vitest";
import { duration, titlePrefix, urgency } from "./countdown";

const MIN = 60_000;

it("says how long in the units that matter", () => {
  expect(duration(95_000)).toBe("95 s");
  expect(duration(37 * MIN)).toBe("37 min");
  expect(duration(36.2 * MIN)).toBe("37 min");
  expect(duration(72 * MIN)).toBe("1 h 12 min");
  expect(duration(120 * MIN)).toBe("2 h");
  expect(duration(40 * 24 * 60 * MIN)).toBe("40 days");
  expect(duration(-5)).toBe("0 s");
});

it("turns urgent at ten and at two minutes", () => {
  expect(urgency(11 * MIN)).toBe("calm");
  expect(urgency(10 * MIN)).toBe("soon");
  expect(urgency(2 * MIN)).toBe("now");
});

it("warns in the title for the last ten minutes", () => {
  expect(titlePrefix(11 * MIN)).toBe("");
  expect(titlePrefix(1.5 * MIN)).toBe("(2 min) ");
  expect(titlePrefix(10_000)).toBe("(1 min) ");
  expect(titlePrefix(0)).toBe("");
});
