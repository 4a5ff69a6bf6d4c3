/** Makes a share link: what, for whom and how long, in plain words; then shows it, once. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { sentenceOf } from "../api/problem";
import type { BuildView } from "../protocol/gen/BuildView";
import type { MadeView } from "../protocol/gen/MadeView";
import type { Shared } from "../protocol/gen/Shared";
import type { ShareRole } from "../protocol/gen/ShareRole";
import "../ui/copy";
import { clockTime } from "../ui/countdown";
import type { ShareApi } from "./api";
import { renderQr } from "./qr";
import { type Draft, effect, nextTime, shareObstacle } from "./words";

type Until = "quarter" | "hour" | "end" | "own";

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** What the server takes at most: 40 days. */
const LONGEST_MS = 40 * 24 * HOUR_MS;

/** What is wrong is shown: browsers say nothing about a field that is folded away. */
const UNFOLD = {
  capture: true,
  handleEvent: ({ target }: Event) => {
    const folded = target instanceof Element ? target.closest("details") : null;
    if (folded !== null) folded.open = true;
  },
};

export class ShareDialog extends LitElement {
  static override properties = {
    view: { attribute: false },
    api: { attribute: false },
    _what: { state: true },
    _role: { state: true },
    _until: { state: true },
    _time: { state: true },
    _label: { state: true },
    _passcode: { state: true },
    _viewers: { state: true },
    _uses: { state: true },
    _approval: { state: true },
    _made: { state: true },
    _failure: { state: true },
    _busy: { state: true },
  };

  declare view: BuildView | null;
  declare api: ShareApi | null;
  declare _what: Shared;
  declare _role: ShareRole;
  declare _until: Until;
  declare _time: string;
  declare _label: string;
  declare _passcode: string;
  declare _viewers: string;
  declare _uses: string;
  declare _approval: boolean;
  declare _made: MadeView | null;
  declare _failure: string;
  declare _busy: boolean;

  /** Which opening of the dialog it is: what was asked for in another one is not shown in this. */
  #turn = 0;
  /** By how much the server's clock is ahead of the browser's, which may be wrong by hours. */
  #ahead = 0;

  constructor() {
    super();
    this.view = null;
    this.api = null;
    this.#clear();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  show(): void {
    this.#clear();
    const { view } = this;
    const first = (["terminal", "desktop"] as const).find(
      (what) => view !== null && shareObstacle(view, what, "view") === null,
    );
    this._what = first ?? "terminal";
    void this.updateComplete.then(() => this.querySelector("dialog")?.showModal());
  }

  /** Nothing of a link stays in the page after it was shown. */
  #clear(): void {
    this.#turn += 1;
    this._label = "";
    this._what = "terminal";
    this._role = "view";
    this._until = "hour";
    this._time = "";
    this._passcode = "";
    this._viewers = "";
    this._uses = "";
    this._approval = false;
    this._made = null;
    this._failure = "";
    this._busy = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("view") && this.view !== null) {
      this.#ahead = Date.parse(this.view.now) - Date.now();
    }
  }

  get #now(): number {
    return Date.now() + this.#ahead;
  }

  protected override render(): TemplateResult {
    return html`<dialog class="share" aria-labelledby="share-title" @close=${() => this.#clear()}>
      ${this._made === null ? this.#renderForm() : this.#renderMade(this._made)}
    </dialog>`;
  }

  #renderForm(): TemplateResult {
    const { view } = this;
    if (view === null) return html`<h2 id="share-title">Share this machine</h2>`;
    const now = this.#now;
    const obstacle = shareObstacle(view, this._what, this._role);
    const until = this.#untilMs(now);
    const words = until === null ? "Say until when." : effect(this.#draft(until), now);
    return html`<h2 id="share-title">Share this machine</h2>
      <form @submit=${(e: Event) => void this.#make(e)} @invalid=${UNFOLD}>
        <fieldset><legend>What</legend>
          ${this.#what("terminal", "Terminals")} ${this.#what("desktop", "Desktop")} ${this.#what("both", "Both")}
        </fieldset>
        <fieldset><legend>Guests can</legend>
          ${this.#role("view", "Watch")} ${this.#role("control", "Control")}
        </fieldset>
        <fieldset><legend>Until</legend>
          ${this.#ends("quarter", "15 min", now)} ${this.#ends("hour", "1 hour", now)}
          ${this.#ends("end", "The end of access", now)}
          ${this.#ends("own", "This time", now)}
          <input type="time" aria-label="Ends at" .value=${this._time}
            @input=${(e: Event) => {
              this._time = typedIn(e);
              this._until = "own";
            }} />
        </fieldset>
        <label class="line">Label <input name="label" maxlength="50" autocomplete="off" placeholder="QA"
          .value=${this._label} @input=${(e: Event) => {
            this._label = typedIn(e);
          }} /></label>
        <details><summary>Passcode, limits, approval</summary>
          <label class="line">Passcode <input name="passcode" pattern=".{4,32}" maxlength="32" title="4 to 32 characters" autocomplete="off"
            .value=${this._passcode} @input=${(e: Event) => {
              this._passcode = typedIn(e);
            }} /></label>
          <label class="line">Most guests at once <input type="number" min="1" max="1000"
            .value=${this._viewers} @input=${(e: Event) => {
              this._viewers = typedIn(e);
            }} /></label>
          <label class="line">Can be used so many times <input type="number" min="1" max="1000"
            .value=${this._uses} @input=${(e: Event) => {
              this._uses = typedIn(e);
            }} /></label>
          <label><input type="checkbox" .checked=${this._uses === "1"} @change=${(e: Event) => {
            this._uses = (e.target as HTMLInputElement).checked ? "1" : "";
          }} /> Single use</label>
          <label><input type="checkbox" .checked=${this._approval} @change=${(e: Event) => {
            this._approval = (e.target as HTMLInputElement).checked;
          }} /> Ask me before letting in</label>
        </details>
        <p class="alert" role="status" data-testid="effect">${obstacle ?? words}</p>
        <p role="alert">${this._failure}</p>
        <div class="actions">
          <button type="button" @click=${() => this.#close()}>Cancel</button>
          <button class="primary" ?disabled=${this._busy || obstacle !== null || until === null}>Create link</button>
        </div>
      </form>`;
  }

  #what(what: Shared, label: string): TemplateResult {
    const why = this.view === null ? null : shareObstacle(this.view, what, "view");
    return this.#radio("what", label, this._what === what, why, () => {
      this._what = what;
    });
  }

  #role(role: ShareRole, label: string): TemplateResult {
    const why = this.view === null ? null : shareObstacle(this.view, this._what, role);
    return this.#radio("role", label, this._role === role, why, () => {
      this._role = role;
    });
  }

  #ends(until: Until, label: string, now: number): TemplateResult {
    const at = until === "own" ? null : this.#untilMs(now, until);
    const words = at === null ? label : `${label} (${clockTime(new Date(at).toISOString(), now)})`;
    return this.#radio("until", words, this._until === until, null, () => {
      this._until = until;
    });
  }

  #radio(
    name: string,
    label: string,
    checked: boolean,
    why: string | null,
    choose: () => void,
  ): TemplateResult {
    return html`<label><input type="radio" name=${name} .checked=${checked} ?disabled=${why !== null} @change=${choose} />
      ${label}${why === null ? nothing : html` <span class="muted">${why}</span>`}</label>`;
  }

  #renderMade({ url, share }: MadeView): TemplateResult {
    const now = this.#now;
    const draft: Draft = {
      what: share.offer.what,
      role: share.offer.role,
      until: Date.parse(share.offer.expires_at),
      passcode: share.passcode,
      approval: share.approval,
      maxUses: share.max_uses,
      maxViewers: share.max_viewers,
    };
    return html`<h2 id="share-title">The link</h2>
      <p>${effect(draft, now)}</p>
      <div class="made"><input readonly aria-label="Link" .value=${url} @focus=${(e: Event) =>
        (e.target as HTMLInputElement).select()} />
        <transom-copy label="Copy the link" .text=${url}></transom-copy></div>
      ${renderQr(url, "QR code of the link")}
      <p><b>It is shown only once.</b> Copy it now, or let a phone read the code.</p>
      <div class="actions"><button type="button" class="primary" @click=${() => this.#close()}>Done</button></div>`;
  }

  #draft(until: number): Draft {
    return {
      what: this._what,
      role: this._role,
      until,
      passcode: this._passcode !== "",
      approval: this._approval,
      maxUses: numberOf(this._uses),
      maxViewers: numberOf(this._viewers),
    };
  }

  #untilMs(now: number, until = this._until): number | null {
    const end = Date.parse(this.view?.access.deadline ?? "");
    const wall = Number.isNaN(end) ? now + LONGEST_MS : end;
    const wanted = {
      quarter: now + QUARTER_MS,
      hour: now + HOUR_MS,
      end: wall,
      own: nextTime(this._time, now),
    }[until];
    return wanted === null ? null : Math.min(wanted, wall);
  }

  async #make(event: Event): Promise<void> {
    event.preventDefault();
    const now = this.#now;
    const until = this.#untilMs(now);
    if (this.api === null || until === null || this._busy) return;
    const { what, role, maxUses, maxViewers } = this.#draft(until);
    const turn = this.#turn;
    this._busy = true;
    this._failure = "";
    try {
      const made = await this.api.make({
        label: this._label.trim(),
        what,
        role,
        expires_in_s: Math.max(1, Math.round((until - now) / 1000)),
        max_viewers: maxViewers,
        max_uses: maxUses,
        passcode: this._passcode === "" ? null : this._passcode,
        approval: this._approval,
      });
      if (turn !== this.#turn) {
        // The dialog was closed meanwhile. Nobody has seen the link, so it lets nobody in.
        await this.api.revoke(made.share.id);
        return;
      }
      this._made = made;
      await this.updateComplete;
      this.querySelector<HTMLElement>("transom-copy button")?.focus();
    } catch (error) {
      if (turn === this.#turn) this._failure = sentenceOf(error);
    } finally {
      if (turn === this.#turn) this._busy = false;
    }
  }

  #close(): void {
    this.querySelector("dialog")?.close();
  }
}

function typedIn(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function numberOf(text: string): number | null {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? null : number;
}

customElements.define("transom-share-dialog", ShareDialog);
