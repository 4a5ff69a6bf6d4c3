import { expect, it } from "vitest";
import { Gauge } from "./gauge";

const KIB = 1024;

it("tells a flood from a burst, and forgets it soon", () => {
  const gauge = new Gauge();
  expect(gauge.isFlood(0)).toBe(false);
  gauge.add(100 * KIB, 1000);
  expect(gauge.isFlood(1001)).toBe(false);
  gauge.add(100 * KIB, 1050);
  expect(gauge.isFlood(1060)).toBe(true);
  expect(gauge.isFlood(1201)).toBe(false);
});

it("looks back across the end of a span, not further", () => {
  const gauge = new Gauge();
  gauge.add(100 * KIB, 1000);
  gauge.add(40 * KIB, 1100);
  expect(gauge.isFlood(1110)).toBe(true);
  gauge.add(10 * KIB, 1200);
  expect(gauge.isFlood(1210)).toBe(false);
  gauge.add(120 * KIB, 1450);
  expect(gauge.isFlood(1451)).toBe(false);
});
