// @vitest-environment happy-dom
import { render, type TemplateResult } from "lit";
import { describe, expect, it } from "vitest";
import type { BuildView } from "../../protocol/gen/BuildView";
import type { Capability } from "../../protocol/gen/Capability";
import { renderAbortDialog, renderBreakpoint } from "./breakpoint";
import { renderEndDialog } from "./end-dialog";
import { renderHeading } from "./heading";
import { initials, renderPeople, renderSessions } from "./people";
import { renderSteps } from "./steps";
import { renderTiles } from "./tiles";
import { renderTimeStrip } from "./time-strip";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const dana = { sub: "u1", name: "Dana Miller" };
const allowed = (capability: Capability) => ({ capability, allowed: true, reason: null });

function build(changes: Partial<BuildView> = {}): BuildView {
  return {
    id: "b1",
    number: "1842",
    title: "Test",
    project: "shop-api",
    branch: "main",
    commit: "4f1c9ae55d0be1",
    platform: "linux",
    started_by: dana,
    state: "running",
    outcome: null,
    started_at: at(-23),
    finished_at: null,
    steps: [],
    dashboard_url: null,
    access: {
      state: "ready",
      sentence: "The machine is ready.",
      ends_at: at(37),
      cause: "deadline",
      deadline: at(37),
      epoch: 1,
      failure: null,
      enabled_by: dana,
    },
    extend: null,
    breakpoint: null,
    features: {
      terminal: { available: true, reason: null },
      desktop: { available: false, reason: null },
    },
    permissions: [allowed("terminal.view"), allowed("terminal.control"), allowed("access.end")],
    sessions: [],
    viewers: [],
    me: dana,
    invitation: null,
    now: at(0),
    ...changes,
  };
}

const session = (id: string, minutes: number): BuildView["sessions"][number] => ({
  id,
  build: "b1",
  family: "terminal",
  opened_at: at(minutes),
  opened_by: dana,
  viewers: 1,
  state: "live",
  exit_status: null,
});

const viewer = (name: string, you: boolean): BuildView["viewers"][number] => ({
  id: name,
  session: "s2",
  name,
  you,
  role: "controller",
  since: at(-1),
});

function drawn(template: TemplateResult | symbol): HTMLElement {
  const root = document.createElement("div");
  render(template, root);
  return root;
}

const words = (element: Element | null) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

describe("the heading", () => {
  it("says which build this is and how it stands", () => {
    const root = drawn(renderHeading(build()));
    expect(words(root.querySelector("h1"))).toBe("shop-api · Test #1842");
    expect(words(root)).toContain("Linux · main@4f1c9ae · started by Dana Miller · build running");
    expect(words(root.querySelector(".pill"))).toBe("Machine ready");
  });

  it("leaves out what the CI did not say", () => {
    const view = build({ number: null, branch: null, commit: null, started_by: null });
    expect(words(drawn(renderHeading(view)))).toContain("shop-api · Test Linux · build running");
  });
});

describe("the time strip", () => {
  const more = { busy: false, failure: "", ask: () => {} };
  it("says how long, until when and why", () => {
    const root = drawn(renderTimeStrip(build(), NOW, "", null, more));
    expect(words(root.querySelector("h2"))).toBe("Access ends in 37 min");
    expect(words(root)).toMatch(/at .+ your time · build’s time limit/);
    expect(root.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("62");
    expect(root.querySelector("button")).toBeNull();
  });

  it("turns urgent, and warns aloud", () => {
    const view = build();
    view.access.ends_at = at(1.5);
    const root = drawn(renderTimeStrip(view, NOW, "Access ends in 1 minute.", () => {}, more));
    expect(root.querySelector("section")?.dataset["urgency"]).toBe("now");
    expect(words(root.querySelector("[role=alert]"))).toBe("Access ends in 1 minute.");
    expect(words(root.querySelector("button"))).toBe("End access…");
  });
});

describe("more time", () => {
  const asked: string[] = [];
  const draw = (extend: BuildView["extend"], failure = "") => {
    const view = build({ extend });
    view.access.ends_at = at(4);
    const more = { busy: false, failure, ask: () => asked.push("more") };
    return drawn(renderTimeStrip(view, NOW, "", null, more));
  };

  it("is offered where a window runs, with the time that it brings", () => {
    const root = draw({ until: at(14), reason: null });
    const button = root.querySelector("button");
    expect(words(button)).toBe("Keep 10 more minutes");
    expect(words(root.querySelector("#more-about"))).toMatch(/^until .+ your time$/);
    button?.click();
    expect(asked).toEqual(["more"]);
    expect(draw(null).querySelector("button")).toBeNull();
  });

  it("says how little is left before the time limit, and why there is no more", () => {
    expect(words(draw({ until: at(5), reason: null }).querySelector("button"))).toBe(
      "Keep 1 more minute",
    );
    const reason = "Access lasts until the build's time limit already.";
    const root = draw({ until: null, reason });
    expect(root.querySelector("button")?.disabled).toBe(true);
    expect(words(root.querySelector("#more-about"))).toBe(reason);
  });

  it("says why it did not work", () => {
    const root = draw({ until: at(14), reason: null }, "Access has ended.");
    expect(words(root.querySelector("[role=alert]"))).toBe("Access has ended.");
  });
});

describe("the tiles", () => {
  const opened: string[] = [];
  const openers = {
    terminal: () => opened.push("terminal"),
    desktop: () => opened.push("desktop"),
  };
  const button = (view: BuildView) => drawn(renderTiles(view, openers)).querySelector("button");

  it("open a terminal where that is possible", () => {
    expect(button(build())?.disabled).toBe(false);
  });

  it("open a desktop where the machine has one, and are silent where it has none", () => {
    const can = { available: true, reason: null };
    const permissions = (["terminal.control", "desktop.control"] as const).map((capability) => ({
      capability,
      allowed: true,
      reason: null,
    }));
    const tiles = (features: BuildView["features"]) =>
      drawn(renderTiles(build({ features, permissions }), openers)).querySelectorAll("button");
    const [terminal, desktop] = tiles({ terminal: can, desktop: can });
    desktop?.click();
    terminal?.click();
    expect(opened).toEqual(["desktop", "terminal"]);
    expect(tiles({ terminal: can, desktop: { available: false, reason: null } }).length).toBe(1);
  });

  it("say why not", () => {
    const features = {
      terminal: { available: false, reason: "The machine is not up yet." },
      desktop: { available: false, reason: "This machine offers no desktop." },
    };
    const root = drawn(renderTiles(build({ features }), openers));
    expect(root.querySelector("button")?.disabled).toBe(true);
    expect(words(root)).toContain("The machine is not up yet.");
    expect(words(root)).toContain("This machine offers no desktop.");
  });

  it("name the permission that is missing", () => {
    const reason = "Your role does not include this.";
    const permissions = [{ capability: "terminal.control" as const, allowed: false, reason }];
    const root = drawn(renderTiles(build({ permissions }), openers));
    expect(words(root)).toContain(reason);
  });
});

describe("people and terminals", () => {
  const view = build({
    sessions: [session("s2", -5), session("s1", -9)],
    viewers: [viewer("Dana Miller", true), viewer("Ravi", false)],
  });

  it("are numbered in the order of opening", () => {
    const links = [...drawn(renderSessions(view, NOW)).querySelectorAll("a")];
    expect(links.map((a) => [a.getAttribute("aria-label"), a.getAttribute("href")])).toEqual([
      ["Open Terminal 1", "/b/b1/terminal/s1"],
      ["Open Terminal 2", "/b/b1/terminal/s2"],
    ]);
  });

  it("are listed with who is where", () => {
    expect(words(drawn(renderSessions(view, NOW)))).toContain("in it: you, Ravi");
    expect(words(drawn(renderPeople(view)))).toContain("Dana Miller (you) · Terminal 2 can type");
  });

  it("have initials, whatever the name", () => {
    expect(["Dana Miller", "ravi", "x.y-z", "", "👩‍💻"].map(initials).slice(0, 4)).toEqual([
      "DM",
      "RA",
      "XY",
      "?",
    ]);
  });

  it("are counted before they are sent away", () => {
    const options = { busy: false, failure: "", confirm: () => {} };
    const root = drawn(renderEndDialog(view, options));
    expect(words(root.querySelector("h2"))).toBe("End access for 2 people?");
    expect(words(root)).toContain("All 2 running terminals are closed at once");
  });
});

describe("the steps", () => {
  const times = { started_at: null, finished_at: null };
  const steps = [
    { name: "Install", status: "succeeded" as const, command: "npm ci", ...times },
    { name: "Unit tests", status: "failed" as const, command: "npm test", ...times },
    { name: "Deploy", status: "skipped" as const, command: null, ...times },
  ];

  it("show the one that failed in full and the others folded", () => {
    const root = drawn(renderSteps(build({ steps }), () => {}));
    expect(words(root.querySelector("h2"))).toBe("Failed step: Unit tests");
    expect(words(root.querySelector("code"))).toBe("npm test");
    const folded = [...root.querySelectorAll("details")];
    expect(folded.map((details) => details.open)).toEqual([false, false]);
    expect(words(folded[0]?.querySelector("summary") ?? null)).toBe("1. Install succeeded");
    expect(words(folded[1] ?? null)).toContain("The CI did not say what it ran.");
  });

  it("go to a terminal by their number", () => {
    const sent: number[] = [];
    const root = drawn(renderSteps(build({ steps }), (step) => sent.push(step)));
    for (const button of root.querySelectorAll<HTMLButtonElement>(".command > button"))
      button.click();
    expect(sent).toEqual([2, 1]);
    const permissions = [
      { capability: "terminal.control" as const, allowed: false, reason: "No." },
    ];
    const off = drawn(renderSteps(build({ steps, permissions }), () => {}));
    expect(off.querySelector<HTMLButtonElement>(".command > button")?.disabled).toBe(true);
  });

  it("are not shown where there are none, and folded where none failed", () => {
    expect(words(drawn(renderSteps(build(), () => {})))).toBe("");
    const root = drawn(renderSteps(build({ steps: steps.slice(0, 1) }), () => {}));
    expect(words(root.querySelector("h2"))).toBe("Steps");
  });
});

describe("a breakpoint", () => {
  const waiting = {
    number: 1,
    step: 2,
    state: "waiting" as const,
    asked_at: at(-1),
    until: at(20),
    at: null,
    by: null,
    reason: null,
  };
  const decided: string[] = [];
  const deciding = {
    busy: false,
    failure: "",
    decide: (decision: string) => decided.push(decision),
    ask: () => decided.push("ask"),
  };
  const draw = (breakpoint: BuildView["breakpoint"], changes: Partial<BuildView> = {}) =>
    drawn(renderBreakpoint(build({ breakpoint, ...changes }), NOW, deciding));

  it("says where the build waits and until when, and asks before it is aborted", () => {
    const named = { status: "failed" as const, command: null, started_at: null, finished_at: null };
    const steps = [
      { name: "make", ...named },
      { name: "make test", ...named },
    ];
    const root = draw(waiting, { steps });
    expect(words(root.querySelector("h2"))).toMatch(
      /^The build waits at step 2 “make test” until .+ your time$/,
    );
    for (const button of root.querySelectorAll("button")) button.click();
    const dialog = drawn(renderAbortDialog(deciding));
    dialog.querySelector<HTMLButtonElement>(".danger")?.click();
    expect(decided).toEqual(["continue", "ask", "abort"]);
    expect(words(draw(waiting).querySelector("h2"))).toMatch(/^The build waits at step 2 until/);
  });

  it("says why somebody may not decide", () => {
    const reason = "A guest may not decide how the build goes on.";
    const root = draw({ ...waiting, reason });
    expect([...root.querySelectorAll("button")].map((button) => button.disabled)).toEqual([
      true,
      true,
    ]);
    expect(words(root)).toContain(reason);
  });

  it("says who decided while the build still runs", () => {
    const over = { ...waiting, state: "continued" as const, by: dana, at: at(0) };
    expect(words(draw(over))).toMatch(/^Dana Miller let the build go on at .+\.$/);
    expect(words(draw(over, { state: "finished" }))).toBe("");
    expect(words(draw({ ...waiting, state: "over" }))).toBe("");
    expect(words(draw(null))).toBe("");
  });
});
