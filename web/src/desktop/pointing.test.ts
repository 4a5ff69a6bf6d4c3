import { describe, expect, it } from "vitest";
import { FakeClock } from "../transport/fakes";
import { type Place, Pointing } from "./pointing";

function started(): { clock: FakeClock; told: Place[]; pointing: Pointing } {
  const clock = new FakeClock();
  const told: Place[] = [];
  return { clock, told, pointing: new Pointing(clock, (place) => told.push(place)) };
}

describe("pointing", () => {
  it("tells the first place at once, and of a movement 20 a second with the last one among them", async () => {
    const { clock, told, pointing } = started();
    pointing.move({ x: 0, y: 0 });
    expect(told).toHaveLength(1);
    for (let x = 1; x <= 1000; x += 1) {
      pointing.move({ x, y: 0 });
      await clock.advance(1);
    }
    await clock.advance(100);
    expect(told.length).toBeGreaterThan(15);
    expect(told.length).toBeLessThanOrEqual(22);
    expect(told.at(-1)).toEqual({ x: 1000, y: 0 });
  });

  it("tells nothing where nothing moves, or after it was given up", async () => {
    const { clock, told, pointing } = started();
    pointing.move({ x: 5, y: 5 });
    await clock.advance(1000);
    pointing.move({ x: 5, y: 5 });
    await clock.advance(1000);
    expect(told).toHaveLength(1);
    pointing.move({ x: 6, y: 5 });
    pointing.move({ x: 7, y: 5 });
    pointing.dispose();
    await clock.advance(1000);
    expect(told).toHaveLength(2);
  });
});
