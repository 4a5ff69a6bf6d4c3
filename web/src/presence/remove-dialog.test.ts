import { describe, expect, it } from "vitest";
import type { ShareView } from "../protocol/gen/ShareView";
import { wayOf } from "./remove-dialog";

const link = (label: string, ...names: string[]) =>
  ({ offer: { label }, guests: names.map((name) => ({ name })) }) as unknown as ShareView;

describe("the link that a guest came by", () => {
  it("is known by the guest's name, with whoever else is in by it", () => {
    const links = [link("QA", "Kim (guest)", "Lee (guest)"), link("", "Ravi (guest)")];
    expect(wayOf("Kim (guest)", links)).toEqual({ label: "QA", others: ["Lee (guest)"] });
    expect(wayOf("Ravi (guest)", links)).toEqual({ label: "", others: [] });
  });

  it("counts somebody else of the same name as another one", () => {
    const links = [link("QA", "Kim (guest)", "Kim (guest)")];
    expect(wayOf("Kim (guest)", links)?.others).toEqual(["Kim (guest)"]);
  });

  it("is unknown where two links have a guest of that name, or none has", () => {
    expect(wayOf("Kim (guest)", [link("a", "Kim (guest)"), link("b", "Kim (guest)")])).toBeNull();
    expect(wayOf("Kim (guest)", [])).toBeNull();
  });
});
