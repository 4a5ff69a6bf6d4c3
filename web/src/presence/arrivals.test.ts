import { describe, expect, it } from "vitest";
import { Arrivals, listed } from "./arrivals";
import { company, viewer } from "./testing";

const me = viewer("dana");
const here = (...names: string[]) => company("dana", [me, ...names.map((name) => viewer(name))]);

function started(...names: string[]): Arrivals {
  const arrivals = new Arrivals();
  arrivals.update(here(...names), 0);
  return arrivals;
}

describe("arrivals", () => {
  it("says nothing of those who were there before", () => {
    const arrivals = started("kim", "lee");
    expect(arrivals.due).toBeNull();
    expect(arrivals.take(100_000)).toEqual([]);
  });

  it("gathers those who come at once into one line", () => {
    const arrivals = started();
    arrivals.update(here("kim"), 100);
    arrivals.update(here("kim", "lee"), 200);
    expect(arrivals.due).toBe(900);
    expect(arrivals.take(899)).toEqual([]);
    expect(arrivals.take(900)).toEqual(["kim and lee joined"]);
    expect(arrivals.take(901)).toEqual([]);
    expect(arrivals.due).toBeNull();
  });

  it("does not tell of a page that is loaded again", () => {
    const arrivals = started("kim");
    arrivals.update(here(), 1000);
    arrivals.update(here("kim"), 3000);
    expect(arrivals.due).toBeNull();
    arrivals.update(here(), 10_000);
    expect(arrivals.due).toBe(15_000);
    expect(arrivals.take(15_000)).toEqual(["kim left"]);
    arrivals.update(here("lee"), 20_000);
    arrivals.update(here(), 20_100);
    expect(arrivals.due).toBeNull();
  });

  it("does not tell of one's own tabs, nor of a second tab of somebody", () => {
    const arrivals = started("kim");
    const second = viewer("k2", { name: "kim", person: viewer("kim").person });
    const mine = viewer("d2", { name: "dana", person: me.person });
    arrivals.update(company("dana", [me, mine, viewer("kim"), second]), 100);
    expect(arrivals.due).toBeNull();
  });

  it("names a few and counts the rest", () => {
    expect(listed(["a"])).toBe("a");
    expect(listed(["a", "b", "c", "d"])).toBe("a, b, c and d");
    expect(listed(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 others");
  });
});
