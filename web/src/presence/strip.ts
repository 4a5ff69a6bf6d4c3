/** Who is here, in the bar over a session: faces, who controls, and a panel with what can be done. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { BuildApi } from "../api/rest";
import type { ShareView } from "../protocol/gen/ShareView";
import { clockTime } from "../ui/countdown";
import { removeViewer } from "./api";
import type { Company, ControlActs } from "./company";
import { renderFace } from "./face";
import { type Act, actsOn, peopleOf, type Somebody, shortName, standing, summary } from "./people";
import { ArrivalToasts } from "./toasts";

export interface StripHost {
  api: BuildApi;
  acts: () => ControlActs | null;
  /** The links of the build; null for whoever may not share. */
  links: () => readonly ShareView[] | null;
  focus: () => void;
  redraw: () => void;
}

/** A session that the page shows in another tab. */
export interface Elsewhere {
  where: string;
  company: Company;
}

export interface Here {
  session: string;
  /** What it is called, where the page shows several. */
  where: string;
  company: Company;
  elsewhere: readonly Elsewhere[];
}

const MOST_FACES = 3;

export class Strip {
  readonly #host: StripHost;
  readonly #toasts: ArrivalToasts;
  #open = false;

  constructor(host: StripHost, signal: AbortSignal) {
    this.#host = host;
    this.#toasts = new ArrivalToasts(signal);
  }

  /** Who is in a session now; `where` as in [`Here`]. */
  update(session: string, company: Company, where: string): void {
    this.#toasts.update(session, company, where === "" ? "" : `in ${where}`);
  }

  render(here: Here): TemplateResult | typeof nothing {
    const people = peopleOf(here.company);
    if (people.length === 0) {
      this.#open = false;
      return nothing;
    }
    const words = summary(people, here.company.control.mode);
    const more = people.length - MOST_FACES;
    const who = people.map((one) => `${one.name}${one.you ? " (you)" : ""}, ${standing(one)}`);
    return html`<button type="button" class="people" popovertarget="people" aria-haspopup="dialog"
        aria-expanded=${this.#open} data-testid="viewers" title="Who is here"
      ><span class="faces">${people.slice(0, MOST_FACES).map((one) => renderFace(one))}</span
      >${
        more > 0 ? html`<span class="more">+${more}</span>` : nothing
      }<span class="wide">${words}</span><span class="sr">${people.length} here: ${who.join("; ")}</span></button>
      <div id="people" class="view-menu people-menu" popover role="dialog" aria-label="Who is here"
        @toggle=${this.#onToggle} @keydown=${onArrow}>
        <h2 tabindex="-1">${here.where === "" ? "Here now" : `In ${here.where}`}</h2>
        <ul>${repeat(
          people,
          (one) => one.person,
          (one) => this.#renderSomebody(one, here),
        )}</ul>
        ${here.elsewhere.map(renderElsewhere)}
      </div>`;
  }

  #renderSomebody(one: Somebody, here: Here): TemplateResult {
    const acts = actsOn(one, here.company);
    const tabs = one.tabs > 1 ? ` · ${one.tabs} tabs` : "";
    return html`<li>
      ${renderFace(one)}
      <span class="grow"><b>${shortName(one)}</b>${one.you ? html` <span class="muted">(you)</span>` : nothing}
        ${one.guest ? html`<span class="pill">guest</span>` : nothing}<br
        /><span class="muted">${standing(one)} · since ${clockTime(one.since)}${tabs}</span></span>
      ${
        acts.length === 0
          ? nothing
          : html`<span class="acts">${repeat(
              acts,
              (act) => act.deed,
              (act) => this.#renderAct(act, one, here),
            )}</span>`
      }
    </li>`;
  }

  #renderAct({ deed, label }: Act, one: Somebody, here: Here): TemplateResult {
    const run = () => this.#run(deed, one, here);
    const about = one.you ? nothing : `${label.replace("…", "")}: ${one.name}`;
    return html`<button type="button" aria-label=${about} @click=${run}>${label}</button>`;
  }

  #run(deed: Act["deed"], one: Somebody, { session }: Here): void {
    document.getElementById("people")?.hidePopover();
    const acts = this.#host.acts();
    switch (deed) {
      case "take":
      case "ask":
        acts?.takeControl();
        this.#host.focus();
        break;
      case "give":
        acts?.giveControl(one.viewer);
        this.#host.focus();
        break;
      case "refuse":
        acts?.refuseControl(one.viewer);
        this.#host.focus();
        break;
      case "remove":
        void this.#remove(one, session);
        break;
      default:
        deed satisfies never;
    }
  }

  async #remove(one: Somebody, session: string): Promise<void> {
    const { askToRemove } = await import("./remove-dialog");
    const { api, links } = this.#host;
    askToRemove({
      name: one.name,
      guest: one.guest,
      links: links(),
      remove: (revokeLink) => removeViewer(api, session, one.viewer, revokeLink),
    });
  }

  readonly #onToggle = (event: Event): void => {
    this.#open = (event as ToggleEvent).newState === "open";
    this.#host.redraw();
    if (!this.#open) return;
    const panel = event.currentTarget as HTMLElement;
    (panel.querySelector<HTMLElement>("button") ?? panel.querySelector("h2"))?.focus();
  };
}

function renderElsewhere({ where, company }: Elsewhere): TemplateResult | typeof nothing {
  const others = peopleOf(company).filter((one) => !one.you);
  if (others.length === 0) return nothing;
  return html`<h3>In ${where}</h3>
    <ul>${others.map(
      (one) =>
        html`<li>${renderFace(one)}<span class="grow">${one.name} <span class="muted">· ${standing(one)}</span></span></li>`,
    )}</ul>`;
}

/** Up and down, Home and End, from one thing to do to the next. */
function onArrow(event: KeyboardEvent): void {
  const panel = event.currentTarget as HTMLElement;
  const all = [...panel.querySelectorAll<HTMLElement>("button")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? all.length - 1 : at - 1,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to === undefined || all.length === 0) return;
  event.preventDefault();
  all[(to + all.length) % all.length]?.focus();
}
