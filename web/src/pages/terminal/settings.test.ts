import { expect, it } from "vitest";
import { DEFAULT_OPTIONS } from "../../terminal/options";
import { formatSettings, parseSettings } from "./settings";

const USUAL = parseSettings(null, "7");

it("are the usual ones where nothing is kept", () => {
  expect(USUAL).toEqual({
    fontSize: 14,
    screenReader: false,
    options: DEFAULT_OPTIONS,
    unasked: [],
  });
});

it("survive whatever the storage holds", () => {
  for (const stored of [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    '{"version":2,"fontSize":20}',
    '{"version":1,"fontSize":"20","palette":"x","copyOnSelect":"yes","unasked":{"7":1}}',
    '{"version":1,"unasked":[1,null]}',
  ]) {
    expect(parseSettings(stored, "7"), stored).toEqual(USUAL);
  }
  expect(parseSettings('{"version":1,"fontSize":4000}', "7").fontSize).toBe(24);
  expect(parseSettings('{"version":1,"fontSize":-1}', "7").fontSize).toBe(10);
});

it("come back as they were kept", () => {
  const settings = {
    ...USUAL,
    fontSize: 18,
    screenReader: true,
    options: { ...DEFAULT_OPTIONS, palette: "high-contrast", copyOnSelect: true } as const,
  };
  expect(parseSettings(formatSettings(settings, "7"), "7")).toEqual(settings);
});

it("remember of a build that its pastes are not asked about, and of no other", () => {
  const quiet = { ...USUAL, options: { ...DEFAULT_OPTIONS, askBeforePaste: false } };
  const stored = formatSettings(quiet, "7");
  expect(parseSettings(stored, "7").options.askBeforePaste).toBe(false);
  expect(parseSettings(stored, "8").options.askBeforePaste).toBe(true);
});

it("forget builds of long ago", () => {
  let stored: string | null = null;
  for (let n = 0; n < 200; n += 1) {
    const settings = parseSettings(stored, String(n));
    const options = { ...settings.options, askBeforePaste: false };
    stored = formatSettings({ ...settings, options }, String(n));
  }
  expect(parseSettings(stored, "199").unasked).toHaveLength(50);
});
