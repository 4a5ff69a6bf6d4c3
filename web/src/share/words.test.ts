import { describe, expect, it } from "vitest";
import type { BuildView } from "../protocol/gen/BuildView";
import type { Capability } from "../protocol/gen/Capability";
import { clockTime } from "../ui/countdown";
import { type Draft, effect, nextTime, revokeWords, shareObstacle } from "./words";

const NOW = new Date(2026, 0, 1, 12, 0).getTime();
const draft: Draft = {
  what: "both",
  role: "control",
  until: NOW + 3_600_000,
  passcode: false,
  approval: false,
  maxUses: null,
  maxViewers: null,
};
const at = clockTime(new Date(draft.until).toISOString(), NOW);

function view(allowed: Capability[]): BuildView {
  const all: Capability[] = [
    "terminal.view",
    "terminal.control",
    "desktop.view",
    "desktop.control",
  ];
  const shares: Capability[] = ["share.view", "share.control"];
  const permissions = [...all, ...shares].map((capability) => {
    const has = allowed.includes(capability);
    return { capability, allowed: has, reason: has ? null : `no ${capability}` };
  });
  const there = { available: true, reason: null };
  return { permissions, features: { terminal: there, desktop: there } } as unknown as BuildView;
}

describe("what a link results in", () => {
  it.each([
    [{}, `Anyone with this link can control this machine until ${at}.`],
    [
      { passcode: true, what: "terminal", role: "view" },
      `Anyone who has this link and knows the passcode can watch the terminals of this machine until ${at}.`,
    ],
    [
      { approval: true, maxUses: 1, what: "desktop" },
      `The first person who has this link can control the desktop of this machine until ${at}, once you let them in.`,
    ],
    [
      { maxUses: 3, passcode: true, maxViewers: 2 },
      `The first 3 people who have this link and know the passcode can control this machine until ${at}. At most 2 at a time.`,
    ],
  ] as [Partial<Draft>, string][])("%o", (changes, words) => {
    expect(effect({ ...draft, ...changes }, NOW)).toBe(words);
  });

  it("is counted where a link is revoked", () => {
    expect([0, 1, 2].map(revokeWords)).toEqual([
      "Revoke: nobody is in by it",
      "Revoke: disconnects 1 person",
      "Revoke: disconnects 2 people",
    ]);
  });
});

describe("what somebody may share", () => {
  it.each([
    [["terminal.view", "share.view"], "terminal", "view", null],
    [["terminal.view", "share.view"], "terminal", "control", "no share.control"],
    [["terminal.view", "share.view"], "both", "view", "no desktop.view"],
    [["terminal.view", "share.control"], "terminal", "control", "no terminal.control"],
    [["terminal.control", "share.control"], "terminal", "control", null],
    [["terminal.control"], "terminal", "view", "no share.view"],
  ] as const)("with %o: %s, %s", (allowed, what, role, reason) => {
    expect(shareObstacle(view([...allowed]), what, role)).toBe(reason);
  });
});

it("takes the next time that a clock shows", () => {
  expect(nextTime("12:30", NOW)).toBe(NOW + 30 * 60_000);
  expect(nextTime("11:00", NOW)).toBe(new Date(2026, 0, 2, 11, 0).getTime());
  expect(nextTime("soon", NOW)).toBeNull();
});
