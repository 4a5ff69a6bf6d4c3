import { expect, it } from "vitest";
import { NO_PROGRESS, parseProgress } from "./progress";

it("knows the five states", () => {
  expect(parseProgress("4;1;45", NO_PROGRESS)).toEqual({ state: "normal", percent: 45 });
  expect(parseProgress("4;2;80", NO_PROGRESS)).toEqual({ state: "error", percent: 80 });
  expect(parseProgress("4;3", NO_PROGRESS)).toEqual({ state: "busy", percent: 0 });
  expect(parseProgress("4;4;10", NO_PROGRESS)).toEqual({ state: "paused", percent: 10 });
  expect(parseProgress("4;0", NO_PROGRESS)).toEqual(NO_PROGRESS);
});

it("goes no further than 100 and keeps a percentage that an error does not repeat", () => {
  expect(parseProgress("4;1;400", NO_PROGRESS)?.percent).toBe(100);
  expect(parseProgress("4;2", { state: "normal", percent: 60 })?.percent).toBe(60);
});

it("leaves notifications and nonsense alone", () => {
  for (const data of ["hello", "4", "4;7", "4;1;-3", "4;1;x", "9;1", `4;1;${"9".repeat(40)}`]) {
    expect(parseProgress(data, NO_PROGRESS)).toBeNull();
  }
});
