/** The share links of a build: who is in by which, who waits, and taking them back. */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { sentenceOf } from "../api/problem";
import type { ShareView } from "../protocol/gen/ShareView";
import { clockTime } from "../ui/countdown";
import type { ShareApi } from "./api";
import { overWords, revokeWords, roleWords, usesWords, whatWords } from "./words";

export class ShareLinks extends LitElement {
  static override properties = {
    links: { attribute: false },
    api: { attribute: false },
    share: { attribute: false },
    _revoking: { state: true },
    _failure: { state: true },
  };

  declare links: readonly ShareView[];
  declare api: ShareApi | null;
  /** Opens the dialog that makes a link. */
  declare share: () => void;
  declare _revoking: string | null;
  declare _failure: string;

  constructor() {
    super();
    this.links = [];
    this.api = null;
    this.share = () => {};
    this._revoking = null;
    this._failure = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const good = this.links.filter((link) => link.over === null || link.over === "used_up");
    return html`<section class="card" aria-labelledby="links">
        <header><h2 id="links">Share links</h2><span class="pill">${good.length}</span>
          <button type="button" class="primary last" @click=${() => this.share()}>Share…</button></header>
        ${
          this.links.length === 0
            ? html`<p class="row muted">None. A link lets somebody in who has no account in the CI.</p>`
            : html`<ul>${repeat(
                this.links.toReversed(),
                (link) => link.id,
                (link) => this.#renderLink(link),
              )}</ul>`
        }
      </section>
      ${this.#renderDialog()}`;
  }

  #renderLink(link: ShareView): TemplateResult {
    const { offer, over, guests, used, max_uses } = link;
    const now = Date.now();
    const uses = usesWords(used, max_uses);
    const until = `until ${clockTime(offer.expires_at, now)}`;
    const name = nameOf(link);
    const inside = guests.map((g) => `${g.name}, since ${clockTime(g.since, now)}`).join("; ");
    // Whoever is in by a link that is used up stays, and can be sent away.
    const dead = over !== null && over !== "used_up";
    return html`<li class="row share-link" ?data-over=${over !== null}>
      <span class="grow"><b>${name}</b>
        <span class="muted">· ${whatWords(offer.what)}, ${roleWords(offer.role)} · ${until} · ${uses} · by ${offer.by.name}${
          link.passcode ? " · passcode" : ""
        }${link.approval ? " · asks before letting in" : ""}</span>
        ${over === null ? nothing : html`<span class="pill">over: ${overWords(over)}</span>`}
        ${guests.length === 0 ? nothing : html`<br />In: ${inside}`}
      </span>
      ${
        dead
          ? nothing
          : html`<button type="button" aria-label="Revoke ${name}" @click=${() => this.#ask(link.id)}>Revoke</button>`
      }
    </li>`;
  }

  #renderDialog(): TemplateResult {
    const link = this.links.find((l) => l.id === this._revoking);
    return html`<dialog aria-labelledby="revoke-title" @close=${() => {
      this._revoking = null;
    }}>
      <h2 id="revoke-title">Revoke ${link === undefined ? "the link" : nameOf(link)}?</h2>
      <p>Nobody comes in by it any more, and whoever is in by it is disconnected at once.</p>
      <p role="alert">${this._failure}</p>
      <form method="dialog" class="actions">
        <button value="keep" autofocus>Keep it</button>
        <button type="button" class="danger" @click=${() => void this.#revoke()}>${revokeWords(link?.guests.length ?? 0)}</button>
      </form>
    </dialog>`;
  }

  #ask(id: string): void {
    this._revoking = id;
    this._failure = "";
    void this.updateComplete.then(() => this.#dialog?.showModal());
  }

  async #revoke(): Promise<void> {
    if (this._revoking === null) return;
    try {
      await this.api?.revoke(this._revoking);
      this.#dialog?.close();
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector("dialog");
  }
}

function nameOf(link: ShareView): string {
  return link.offer.label === "" ? `link of ${clockTime(link.made_at)}` : link.offer.label;
}

customElements.define("transom-share-links", ShareLinks);
