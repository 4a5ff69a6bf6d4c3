import { expect, it } from "vitest";
import { clientPlatform, type Facts } from "./platform";

function facts(platform: string, more: Partial<Facts> = {}): Facts {
  return { platform, maxTouchPoints: 0, userAgent: "Mozilla/5.0", ...more };
}

it.each([
  ["mac", facts("MacIntel")],
  ["mac", facts("MacIntel", { userAgentData: { platform: "macOS" } })],
  ["ios", facts("MacIntel", { maxTouchPoints: 5 })],
  ["ios", facts("iPhone", { maxTouchPoints: 5 })],
  ["ios", facts("iPad", { maxTouchPoints: 5 })],
  ["windows", facts("Win32")],
  ["windows", facts("Win32", { userAgentData: { platform: "Windows" }, maxTouchPoints: 10 })],
  ["linux", facts("Linux x86_64")],
  ["linux", facts("Linux x86_64", { userAgentData: { platform: "Chrome OS" } })],
  ["linux", facts("Linux x86_64", { userAgentData: { platform: "" } })],
  ["android", facts("Linux armv81", { userAgentData: { platform: "Android" } })],
  ["android", facts("Linux aarch64", { userAgent: "Mozilla/5.0 (Android 14; Mobile; rv:128.0)" })],
  ["linux", facts("")],
] as const)("is %s", (platform, told) => {
  expect(clientPlatform(told)).toBe(platform);
});
