// @ts-check
// The list of builds, and the dialog that starts one.

import { byId, clock, make, showStatus } from "./dom.js";

/** @typedef {{id: string, number: number, branch: string, commit: string, started_by: string, started_at: string, state: string, outcome: string | null, access: {state: string} | null}} Row */

const dialog = byId("dialog", HTMLDialogElement);
const builds = byId("builds", HTMLElement);

byId("new-build", HTMLButtonElement).addEventListener("click", () => dialog.showModal());
byId("dialog-close", HTMLButtonElement).addEventListener("click", () => dialog.close());

/** @type {Map<string, {update: (now: Row) => void}>} */
const rows = new Map();

new EventSource("/events").addEventListener("builds", (event) => {
  /** @type {Row[]} */
  const list = JSON.parse(event.data);
  if (list.length === 0) {
    builds.replaceChildren(make("p", { class: "empty muted" }, "No builds yet. Start one to see what Transom does."));
    return;
  }
  builds.querySelector(".empty")?.remove();
  for (const build of list.toReversed()) {
    const shown = rows.get(build.id) ?? row(build);
    shown.update(build);
  }
});

/** @param {Row} build */
function row(build) {
  const status = make("span", { class: "pill" });
  const about = make("span", { class: "muted" });
  const link = make("a", { href: `/builds/${build.id}` }, `Build #${build.number}`);
  const access = make("span", { class: "muted" });
  builds.prepend(make("div", { class: "row" }, make("span", {}, status), make("span", {}, link, " ", about), access));
  const shown = {
    /** @param {Row} now */
    update(now) {
      showStatus(status, now.outcome ?? now.state);
      about.textContent = `${now.branch}${now.commit && `@${now.commit}`}, started by ${now.started_by} at ${clock(now.started_at)}`;
      access.textContent = now.access ? `Remote access: ${now.access.state}` : "";
    },
  };
  rows.set(build.id, shown);
  return shown;
}
