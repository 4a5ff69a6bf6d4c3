import { describe, expect, it } from "vitest";
import { askers, hint, newsOf, standingOf } from "./news";
import { company, viewer } from "./testing";

const dana = viewer("dana", { name: "Dana", role: "controller" });
const kim = viewer("kim", { name: "Kim" });

describe("news of control", () => {
  it("knows how somebody stands", () => {
    expect(standingOf(company("dana", [dana, kim]))).toBe("controls");
    expect(standingOf(company("kim", [dana, kim]))).toBe("may-ask");
    expect(standingOf(company("kim", [dana, kim], { asking: ["kim"] }))).toBe("asked");
    expect(standingOf(company("kim", [dana, kim], { may_take: true }))).toBe("may-take");
    expect(standingOf(company("kim", [dana, { ...kim, may_control: false }]))).toBe("looks");
  });

  it("has asked in one tab for all tabs", () => {
    const other = viewer("k2", { person: kim.person });
    expect(standingOf(company("kim", [dana, kim, other], { asking: ["k2"] }))).toBe("asked");
  });

  it("shows requests to whoever controls, and says each once", () => {
    const quiet = company("dana", [dana, kim]);
    const asked = company("dana", [dana, kim], { asking: ["kim"] });
    expect(askers(asked)).toEqual([{ id: "kim", name: "Kim" }]);
    expect(askers({ ...asked, me: "kim" })).toEqual([]);
    expect(newsOf(quiet, asked, "terminal")).toBe("Kim asks for control.");
    expect(newsOf(asked, asked, "terminal")).toBe("");
  });

  it("says what becomes of control on either side", () => {
    const before = company("kim", [dana, kim]);
    const asked = company("kim", [dana, kim], { asking: ["kim"] });
    const has = company("kim", [
      { ...dana, role: "viewer" },
      { ...kim, role: "controller" },
    ]);
    expect(newsOf(null, before, "desktop")).toBe("");
    expect(newsOf(before, asked, "desktop")).toBe("Asked Dana for control.");
    expect(newsOf(asked, has, "desktop")).toBe("You control this desktop now.");
    expect(newsOf(has, before, "desktop")).toBe(
      "Dana controls it now: your keys do not arrive any more.",
    );
    expect(newsOf(asked, before, "desktop")).toBe("");
  });

  it("tells whoever types in vain why", () => {
    expect(hint(company("kim", [dana, kim]), "terminal")).toBe(
      "Dana controls this terminal: your keys do not arrive.",
    );
    expect(hint(company("kim", [dana, { ...kim, may_control: false }]), "terminal")).toBe(
      "You may only look at this terminal: your keys do not arrive.",
    );
  });
});
