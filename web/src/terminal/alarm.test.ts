import { expect, it } from "vitest";
import { Alarm } from "./alarm";

it("rings once in its gap, however often it is struck", () => {
  let now = 0;
  const alarm = new Alarm(500, () => now);
  const struck = Array.from({ length: 1000 }, () => {
    now += 1;
    return alarm.rings();
  });
  expect(struck.filter(Boolean)).toHaveLength(2);
  now += 500;
  expect(alarm.rings()).toBe(true);
});
