// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { faviconOf } from "./favicon";
import { Signals } from "./signals";

let page: HTMLElement;
let terminal: HTMLElement;

function look(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

function tell(name: string, detail: object, from = terminal): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

beforeEach(() => {
  vi.useFakeTimers();
  document.head.innerHTML = '<link rel="icon" href="/icon.svg">';
  document.body.innerHTML = "<main><i></i></main>";
  page = document.querySelector("main") as HTMLElement;
  terminal = page.querySelector("i") as HTMLElement;
  look(false);
});
afterEach(() => vi.useRealTimers());

it("flash the bar for 120 ms when the bell rings", () => {
  new Signals(page, () => {});
  tell("transom-bell", {});
  expect(page.dataset["bell"]).toBe("flash");
  vi.advanceTimersByTime(120);
  expect(page.dataset["bell"]).toBeUndefined();
});

it("mark the title of a window that nobody sees until somebody does", () => {
  let drawn = 0;
  const signals = new Signals(page, () => {
    drawn += 1;
  });
  tell("transom-bell", {});
  expect(signals.title("make")).toBe("make");
  look(true);
  tell("transom-bell", {});
  expect(signals.title("make")).toBe("● make");
  look(false);
  expect(signals.title("make")).toBe("make");
  expect(drawn).toBe(2);
});

it("show progress in title and icon, and nothing once it is over", () => {
  const signals = new Signals(page, () => {});
  const icon = document.querySelector("link") as HTMLLinkElement;
  const usual = icon.href;
  tell("transom-progress", { state: "normal", percent: 45 });
  expect(signals.title("make")).toBe("45% make");
  expect(icon.href).toMatch(/^data:image\/svg\+xml,/);
  tell("transom-progress", { state: "busy", percent: 0 });
  expect(signals.title("make")).toBe("… make");
  tell("transom-progress", { state: "none", percent: 0 });
  expect(signals.title("make")).toBe("make");
  expect(icon.href).toBe(usual);
});

it("put a failure of one terminal before the progress of others, and forget a closed one", () => {
  const other = document.createElement("b");
  page.append(other);
  const signals = new Signals(page, () => {});
  tell("transom-progress", { state: "error", percent: 10 });
  tell("transom-progress", { state: "normal", percent: 50 }, other);
  expect(signals.title("t")).toBe("(failed) t");
  terminal.remove();
  expect(signals.title("t")).toBe("50% t");
});

it("draw an icon that is well-formed", () => {
  for (const state of ["normal", "busy", "paused", "error"] as const) {
    const svg = decodeURIComponent(faviconOf({ state, percent: 30 })?.split(",")[1] ?? "");
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(parsed.querySelectorAll("circle")).toHaveLength(2);
  }
  expect(faviconOf({ state: "none", percent: 0 })).toBeNull();
});
