import { expect, it } from "vitest";
import { DEFAULT_DESKTOP_OPTIONS } from "../../desktop/options";
import { parseDesktopSettings } from "./settings";

it("takes what it knows and leaves the rest", () => {
  const stored = {
    version: 1,
    scaling: "match",
    touch: "feet",
    controlAsCommand: true,
    hinted: true,
  };
  expect(parseDesktopSettings(JSON.stringify(stored))).toEqual({
    options: { ...DEFAULT_DESKTOP_OPTIONS, scaling: "match", controlAsCommand: true },
    hinted: true,
  });
});

it.each([null, "", "7", "null", "[]", '{"version":2,"scaling":"full"}'])(
  "starts anew for %s",
  (stored) => {
    expect(parseDesktopSettings(stored)).toEqual({
      options: DEFAULT_DESKTOP_OPTIONS,
      hinted: false,
    });
  },
);
