import { describe, expect, it } from "vitest";
import { COLOURS, Colours, initials } from "./faces";

describe("faces", () => {
  it("has the first letters of two words, or of one, and leaves out what stands in brackets", () => {
    expect(["Dana Scully", "dana", "kim.li", "Kim (guest)", "", "李 小龍"].map(initials)).toEqual([
      "DS",
      "DA",
      "KL",
      "KI",
      "?",
      "李小",
    ]);
  });

  it("gives the same person the same colour, and another one to everybody while there are any", () => {
    const colours = new Colours();
    const names = COLOURS.map((_, at) => `person ${at}`);
    const given = names.map((name) => colours.of(name));
    expect(new Set(given).size).toBe(COLOURS.length);
    expect(names.map((name) => colours.of(name))).toEqual(given);
    expect(COLOURS).toContain(colours.of("one too many"));
  });

  it("starts from the name, so that a person looks alike on different pages", () => {
    expect(new Colours().of("Dana")).toBe(new Colours().of("Dana"));
  });

  it("is dark enough for white text", () => {
    for (const colour of COLOURS) expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThan(4.5);
  });
});

/** By WCAG 2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
