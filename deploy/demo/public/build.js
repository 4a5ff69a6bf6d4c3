// @ts-check
// A build's page: its steps with their logs, and above them the way to its machine.

import { byId, clock, make, say, showStatus } from "./dom.js";
import { events } from "./head.js";

/** @typedef {import("./head.js").View} View */

const list = byId("steps", HTMLOListElement);

/** @type {{status: HTMLElement, time: HTMLElement, log: HTMLElement, details: HTMLDetailsElement, last: string}[]} */
let steps = [];

events.addEventListener("logs", (event) => {
  /** @type {string[]} */
  const logs = JSON.parse(event.data);
  steps = logs.map(stepRow);
  list.replaceChildren(...steps.map((step) => make("li", {}, step.details)));
});

events.addEventListener("log", (event) => {
  const { step, text } = JSON.parse(event.data);
  steps[step]?.log.append(text);
});

events.addEventListener("build", (event) => {
  /** @type {View} */
  const build = JSON.parse(event.data);
  for (const [i, step] of build.steps.entries()) showStep(i, step, build.waiting);
  if (build.access) showAccess(build.access);
});

/** @param {string} text */
function stepRow(text) {
  const status = make("span", { class: "pill" });
  const time = make("span", { class: "muted time" });
  const log = make("pre", { tabindex: "0", role: "region", "aria-label": "Log" }, text);
  const name = make("span", { class: "grow" });
  const details = make("details", {}, make("summary", {}, status, name, time), log);
  return { status, time, log, details, name, last: "" };
}

/** @param {number} i @param {View["steps"][number]} step @param {View["waiting"]} waiting */
function showStep(i, step, waiting) {
  const row = steps[i];
  if (!row) return;
  const name = row.details.querySelector(".grow");
  if (name) say(name, step.name);
  row.log.setAttribute("aria-label", `Log of ${step.name}`);
  showStatus(row.status, step.status);
  const waits = waiting?.step === i + 1;
  say(row.time, waits ? `The build waits here until ${clock(waiting.until)}: open build access.` : duration(step));
  // Opened when there is something to see, and then left to whoever reads.
  if (step.status !== row.last && (step.status === "running" || step.status === "failed")) row.details.open = true;
  if (step.status === "succeeded" && row.last === "running") row.details.open = false;
  row.last = step.status;
}

/** @param {View["steps"][number]} step */
function duration({ started_at, finished_at }) {
  if (!started_at || !finished_at) return "";
  return `${((Date.parse(finished_at) - Date.parse(started_at)) / 1000).toFixed(1)} s`;
}

/** @param {NonNullable<View["access"]>} access */
function showAccess({ state, sentence, endsAt, people }) {
  byId("explore", HTMLElement).dataset["state"] = state;
  say(byId("access", HTMLElement), sentence);
  const end = endsAt && state !== "ended" ? [`Ends at ${clock(endsAt)} your time.`] : [];
  const here = people.length > 0 ? [`Here now: ${people.join(", ")}.`] : [];
  say(byId("access-more", HTMLElement), [...end, ...here].join(" "));
  byId("open", HTMLFormElement).hidden = !["ready", "grace", "held"].includes(state);
}
