import { expect, it } from "vitest";
import { stepAsked } from "./step-command";

it("takes a number from an address and nothing else", () => {
  expect(stepAsked("?step=4")).toBe(4);
  expect(stepAsked("?step=120")).toBe(120);
  const others = [
    "",
    "?step=",
    "?step=0",
    "?step=-1",
    "?step=4;reboot",
    "?step=4%0areboot",
    "?step=1e3",
  ];
  for (const other of [...others, "?step=1000", "?step=%20 4", "?command=reboot"]) {
    expect(stepAsked(other), other).toBeNull();
  }
});
