import { expect, it } from "vitest";
import { buildAddress, parseAddress, terminalAddress } from "./address";

it("reads what it makes", () => {
  const build = "ci:1842.a";
  expect(parseAddress(buildAddress(build))).toEqual({ build, session: "" });
  expect(parseAddress(terminalAddress(build))).toEqual({ build, session: "" });
  expect(parseAddress(terminalAddress(build, "s-1"))).toEqual({ build, session: "s-1" });
});

it("refuses other addresses", () => {
  expect(parseAddress("/")).toBeNull();
  expect(parseAddress("/b/1/files")).toBeNull();
  expect(parseAddress("/b/%E0%A4%A")).toBeNull();
});
