// @ts-check
// The head of a build's page: what the build is, how it stands, and the button that cancels it.

import { byId, clock, say, showStatus } from "./dom.js";

/**
 * @typedef {object} View
 * @property {string} branch
 * @property {string} commit
 * @property {string} started_by
 * @property {string} started_at
 * @property {string} state
 * @property {string | null} outcome
 * @property {{step: number, until: string} | null} waiting
 * @property {{state: string, sentence: string, endsAt: string | null, people: string[]} | null} access
 * @property {{name: string, command: string, status: string, started_at: string | null, finished_at: string | null}[]} steps
 */

const id = byId("head", HTMLElement).dataset["build"];
const cancel = byId("cancel", HTMLButtonElement);

cancel.addEventListener("click", () => {
  cancel.disabled = true;
  void fetch(`/builds/${id}/cancel`, { method: "POST" });
});

/** What happens to this build, as it happens. */
export const events = new EventSource(`/builds/${id}/events`);

events.addEventListener("build", (event) => {
  /** @type {View} */
  const build = JSON.parse(event.data);
  const commit = build.commit && `@${build.commit}`;
  say(
    byId("about", HTMLElement),
    `Linux · ${build.branch}${commit} · started by ${build.started_by} at ${clock(build.started_at)}`,
  );
  showStatus(byId("state", HTMLElement), build.outcome ?? build.state);
  cancel.hidden = build.state !== "running";
});
