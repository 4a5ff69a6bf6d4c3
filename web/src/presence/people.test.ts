import { describe, expect, it } from "vitest";
import type { Company } from "./company";
import { actsOn, peopleOf, shortName, standing, summary } from "./people";
import { company, viewer } from "./testing";

const dana = viewer("dana", { role: "controller", since: "2026-01-01T10:05:00Z" });
const kim = viewer("kim", { name: "Kim (guest)", guest: true, removable: true });

function acts(all: Company): Record<string, string[]> {
  return Object.fromEntries(
    peopleOf(all).map((somebody) => [
      somebody.name,
      actsOn(somebody, all).map(({ label }) => label),
    ]),
  );
}

describe("people", () => {
  it("puts who controls first, then whoever came first, and counts tabs of one person once", () => {
    const lee = viewer("lee", { since: "2026-01-01T10:02:00Z" });
    const again = viewer("l2", { name: "lee", person: lee.person, since: "2026-01-01T10:08:00Z" });
    const people = peopleOf(company("dana", [again, lee, kim, dana]));
    expect(people.map(({ name, tabs, you }) => [name, tabs, you])).toEqual([
      ["dana", 1, true],
      ["Kim (guest)", 1, false],
      ["lee", 2, false],
    ]);
    expect(people[2]).toMatchObject({ since: lee.since, viewer: "l2" });
  });

  it("lets whoever controls hand over, refuse and remove", () => {
    expect(acts(company("dana", [dana, kim]))).toEqual({
      dana: [],
      "Kim (guest)": ["Give control", "Remove…"],
    });
    expect(acts(company("dana", [dana, kim], { asking: ["kim"] }))).toEqual({
      dana: [],
      "Kim (guest)": ["Give control", "Not now", "Remove…"],
    });
  });

  it("answers the tab that asks, not another one of that person", () => {
    const other = viewer("kim2", { person: kim.person, since: "2026-01-01T11:00:00Z" });
    const people = peopleOf(company("dana", [dana, kim, other], { asking: ["kim"] }));
    expect(people[1]?.viewer).toBe("kim");
  });

  it("lets others ask once, or take where that needs no asking", () => {
    const others = [{ ...kim, removable: false }, dana];
    expect(acts(company("kim", others))).toEqual({ dana: [], "Kim (guest)": ["Ask for control"] });
    expect(acts(company("kim", others, { asking: ["kim"] }))["Kim (guest)"]).toEqual([]);
    expect(acts(company("kim", others, { may_take: true }))["Kim (guest)"]).toEqual([
      "Take control",
    ]);
  });

  it("offers nothing about control where everybody has it, or to whom may only look", () => {
    const all = company("dana", [dana, { ...kim, role: "controller", removable: false }], {
      mode: "shared",
    });
    expect(acts(all)).toEqual({ dana: [], "Kim (guest)": [] });
    const watches = { ...kim, may_control: false, removable: false };
    expect(acts(company("dana", [dana, watches]))["Kim (guest)"]).toEqual([]);
    expect(acts(company("kim", [dana, watches]))["Kim (guest)"]).toEqual([]);
  });

  it("says who controls in the bar only where there is somebody else", () => {
    const bar = (all: Company) => summary(peopleOf(all), all.control.mode);
    expect(bar(company("dana", [dana]))).toBe("");
    expect(bar(company("dana", [dana, kim]))).toBe("You control");
    expect(bar(company("kim", [dana, kim]))).toBe("dana controls");
    expect(bar(company("kim", [dana, kim], { mode: "shared" }))).toBe("Shared control");
  });

  it("has a word for what everybody does", () => {
    const words = (all: Company) => peopleOf(all).map(standing);
    expect(words(company("dana", [dana, kim]))).toEqual(["controls", "looks on"]);
    expect(words(company("dana", [dana, kim], { asking: ["kim"] }))[1]).toBe("asks for control");
    expect(words(company("dana", [dana, { ...kim, may_control: false }]))[1]).toBe("may only look");
    expect(shortName(kim)).toBe("Kim");
    expect(shortName({ name: "Kim (guest)", guest: false })).toBe("Kim (guest)");
  });
});
