/** What an element says over its screen about control: who has it, who asks for it, and what can be done. */
import { html, nothing, render, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Company, ControlActs } from "./company";
import { controlStyle } from "./control-style";
import { askers, hint, type Noun, newsOf, standingOf, whoControls } from "./news";

export interface ControlHost {
  root: ShadowRoot;
  place: HTMLElement;
  noun: Noun;
  acts: () => ControlActs | null;
  focus: () => void;
}

/** Nobody is told more often than this that they type in vain. */
const HINT_EVERY_MS = 30_000;
const HINT_MS = 8000;
/** How long an answer stands in the place of the state. */
const ANSWER_MS = 10_000;

export class ControlNotices {
  readonly #host: ControlHost;
  #company: Company | null = null;
  #live = false;
  #said = "";
  #refusal = "";
  #hinting = false;
  #hinted = Number.NEGATIVE_INFINITY;
  #unhint: ReturnType<typeof setTimeout> | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ControlHost) {
    this.#host = host;
    const sheet = controlStyle.styleSheet;
    const { root } = host;
    if (sheet !== undefined && !root.adoptedStyleSheets.includes(sheet)) {
      root.adoptedStyleSheets.push(sheet);
    }
    host.place.classList.add("control");
    this.#draw();
  }

  update(company: Company | null, live: boolean): void {
    if (company !== null && company !== this.#company) {
      const news = newsOf(this.#company, company, this.#host.noun);
      if (news !== "") this.#said = news;
      const standing = standingOf(company);
      if (standing === "controls") this.#hinting = false;
      if (standing === "controls" || standing === "asked") this.#refusal = "";
    }
    this.#company = company;
    this.#live = live;
    this.#draw();
  }

  /** What somebody who asked is told. */
  refused(sentence: string): void {
    this.#refusal = sentence;
    this.#said = sentence;
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.#refusal = "";
      this.#draw();
    }, ANSWER_MS);
    this.#draw();
  }

  /** Somebody types, or clicks, and it may be in vain. */
  tried(): void {
    const company = this.#company;
    const now = performance.now();
    if (company === null || !this.#live || standingOf(company) === "controls") return;
    if (now - this.#hinted < HINT_EVERY_MS) return;
    this.#hinted = now;
    this.#hinting = true;
    this.#said = hint(company, this.#host.noun);
    clearTimeout(this.#unhint);
    this.#unhint = setTimeout(() => {
      this.#hinting = false;
      this.#draw();
    }, HINT_MS);
    this.#draw();
  }

  dispose(): void {
    clearTimeout(this.#unhint);
    clearTimeout(this.#forget);
    render(nothing, this.#host.place);
  }

  #draw(): void {
    const company = this.#live ? this.#company : null;
    render(
      html`<p class="said" role="status">${this.#said}</p>
        ${company === null ? nothing : this.#renderState(company)}`,
      this.#host.place,
    );
  }

  #renderState(company: Company): TemplateResult | typeof nothing {
    const standing = standingOf(company);
    if (standing === "controls") return html`${this.#renderAskers(company)}`;
    const { noun } = this.#host;
    const who = this.#hinting ? hint(company, noun) : `${whoControls(company)}.`;
    switch (standing) {
      case "looks":
        return this.#renderCard("watching", this.#hinting ? who : `View only. ${who}`);
      case "asked": {
        const asked = `Asked ${company.control.name ?? "whoever controls it"} for control…`;
        return this.#renderCard("asked", asked);
      }
      case "may-ask":
      case "may-take": {
        const take = () => {
          this.#host.acts()?.takeControl();
          this.#host.focus();
        };
        const again = this.#refusal !== "";
        const label =
          standing === "may-take" ? "Take control" : again ? "Ask again" : "Ask for control";
        const button = html`<button type="button" @click=${take}>${label}</button>`;
        const can = company.control.mode === "one" ? button : nothing;
        return this.#renderCard("theirs", again ? this.#refusal : who, can);
      }
      default:
        return standing satisfies never;
    }
  }

  #renderCard(id: string, words: string, button: unknown = nothing): TemplateResult {
    return html`<div class="card" data-testid=${id} ?data-hint=${this.#hinting}
      ><span>${words}</span>${button}</div>`;
  }

  #renderAskers(company: Company): unknown {
    const act = (deed: "giveControl" | "refuseControl", id: string) => () => {
      this.#host.acts()?.[deed](id);
      this.#host.focus();
    };
    return repeat(
      askers(company),
      ({ id }) => id,
      ({ id, name }) => html`<div class="card" data-testid="asks" data-hint
        ><span><b>${name}</b> asks for control</span>
        <button type="button" aria-label="Give control to ${name}" @click=${act("giveControl", id)}>Give</button>
        <button type="button" class="plain" aria-label="Not now, ${name}" @click=${act("refuseControl", id)}>Not now</button></div>`,
    );
  }
}
