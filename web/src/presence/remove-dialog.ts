/** Asks before somebody is removed, and says what that does. */

import { html, nothing, render, type TemplateResult } from "lit";
import { sentenceOf } from "../api/problem";
import type { ShareView } from "../protocol/gen/ShareView";
import { listed } from "./arrivals";
import { shortName } from "./people";

export interface Removal {
  name: string;
  guest: boolean;
  /** The links of the build; null for whoever may not revoke any. */
  links: readonly ShareView[] | null;
  remove: (revokeLink: boolean) => Promise<void>;
}

/** What is known of the link that a guest came by. */
export interface Way {
  label: string;
  /** Who else is in by it. */
  others: string[];
}

/** Two guests of one name may have come by different links: then nothing is known. */
export function wayOf(name: string, links: readonly ShareView[]): Way | null {
  const found = links.filter(({ guests }) => guests.some((guest) => guest.name === name));
  const [link, another] = found;
  if (link === undefined || another !== undefined) return null;
  const others = link.guests.map((guest) => guest.name);
  others.splice(others.indexOf(name), 1);
  return { label: link.offer.label, others };
}

/** Closing the dialog in any other way removes nobody. */
export function askToRemove(removal: Removal): void {
  const holder = document.createElement("div");
  document.body.append(holder);
  const before = document.activeElement;
  let state = { busy: false, failure: "" };
  const draw = () => render(renderDialog(removal, state, remove), holder);
  const remove = async () => {
    const revoke = holder.querySelector<HTMLInputElement>("#revoke-link")?.checked ?? false;
    state = { busy: true, failure: "" };
    draw();
    try {
      await removal.remove(revoke);
      holder.querySelector("dialog")?.close();
    } catch (error) {
      const failure = sentenceOf(error);
      state = { busy: false, failure };
      draw();
    }
  };
  draw();
  const dialog = holder.querySelector("dialog");
  dialog?.addEventListener("close", () => {
    holder.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  dialog?.showModal();
}

function renderDialog(
  { name, guest, links }: Removal,
  { busy, failure }: { busy: boolean; failure: string },
  remove: () => Promise<void>,
): TemplateResult {
  const short = shortName({ name, guest });
  return html`<dialog aria-labelledby="remove-title" aria-describedby="remove-effect">
    <h2 id="remove-title">Remove ${short}?</h2>
    <p id="remove-effect">${short} is disconnected at once from everything on this machine, and reads that you removed them.${
      guest ? "" : " They can come back as long as the CI lets them."
    }</p>
    ${guest && links !== null ? renderTick(wayOf(name, links)) : nothing}
    <p role="alert">${failure}</p>
    <form method="dialog" class="actions">
      <button value="keep" autofocus>Keep</button>
      <button type="button" class="danger" ?disabled=${busy} @click=${remove}>Remove ${short}</button>
    </form>
  </dialog>`;
}

/** Where others came by it, too, they would be gone as well. */
function renderTick(way: Way | null): TemplateResult {
  const others = way?.others ?? [];
  const label = way === null || way.label === "" ? "" : ` (“${way.label}”)`;
  const effect =
    others.length === 0
      ? "Otherwise whoever has the link can come in again by it."
      : `${listed(others)} came by it, too, and would be disconnected.`;
  return html`<label class="tick-line"><input type="checkbox" id="revoke-link"
      aria-describedby="revoke-effect" .defaultChecked=${others.length === 0} />
    <span>Also revoke the link they came by${label}</span></label>
    <p id="revoke-effect" class="muted">${effect}</p>`;
}
