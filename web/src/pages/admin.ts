/** The administrators' page: what is live, builds, the audit. Opened by a code from the CI's dashboard. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { AdminDesk } from "../admin/desk";
import { moment } from "../admin/words";
import { ProblemError, sentenceOf } from "../api/problem";
import { takeCode } from "../grant/browser";
import type { AdminTokenReply } from "../protocol/gen/AdminTokenReply";
import { logo } from "../ui/icons";
import { applyTheme, storedTheme } from "../ui/theme";
import "./admin/audit";
import "./admin/builds";
import "./admin/sessions";
import { type Notice, renderNotice } from "./notice";

type Section = "sessions" | "builds" | "audit";
const SECTIONS: readonly (readonly [Section, string])[] = [
  ["sessions", "Sessions"],
  ["builds", "Builds"],
  ["audit", "Audit"],
];

const OVER: Notice = {
  heading: "This page opens nothing any more",
  sentence: "Open it from your CI dashboard again.",
  action: null,
};

export class AdminPage extends LitElement {
  static override properties = {
    _section: { state: true },
    _me: { state: true },
    _notice: { state: true },
  };

  declare _section: Section;
  declare _me: AdminTokenReply | null;
  declare _notice: Notice | null;

  readonly #desk = new AdminDesk(takeCode(), () => {
    this._notice = OVER;
  });

  constructor() {
    super();
    this._section = "sessions";
    this._me = null;
    this._notice = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Another code, pasted into the address bar.
    window.addEventListener("hashchange", () => location.hash !== "" && location.reload());
    void this.#enter();
  }

  async #enter(): Promise<void> {
    this._notice = null;
    try {
      this._me = await this.#desk.enter();
    } catch (error) {
      const final = error instanceof ProblemError && !error.passes;
      const again = { label: "Try again", run: () => void this.#enter() };
      const heading = "Transom cannot be reached";
      this._notice = final ? OVER : { heading, sentence: sentenceOf(error), action: again };
    }
  }

  protected override render(): TemplateResult {
    document.title = "Administration · Transom";
    const me = this._me;
    return html`<header class="masthead">
        ${logo}
        <div class="about">
          <h1>Administration</h1>
          ${me === null ? nothing : html`<p class="muted">${me.person.name}, until ${moment(me.ends_at)}</p>`}
        </div>
        ${me === null ? nothing : this.#renderNav()}
      </header>
      <main class="wrap">
        ${this._notice !== null ? renderNotice(this._notice) : me === null ? html`<p class="muted" role="status">Loading…</p>` : this.#renderSection()}
      </main>`;
  }

  #renderNav(): TemplateResult {
    const button = ([section, name]: (typeof SECTIONS)[number]) =>
      html`<button type="button" aria-current=${this._section === section ? "page" : "false"} @click=${() => (this._section = section)}>${name}</button>`;
    return html`<nav class="sections" aria-label="Sections">${SECTIONS.map(button)}</nav>`;
  }

  #renderSection(): TemplateResult {
    switch (this._section) {
      case "sessions":
        return html`<transom-admin-sessions .desk=${this.#desk}></transom-admin-sessions>`;
      case "builds":
        return html`<transom-admin-builds .desk=${this.#desk}></transom-admin-builds>`;
      case "audit":
        return html`<transom-admin-audit .desk=${this.#desk}></transom-admin-audit>`;
      default:
        return this._section satisfies never;
    }
  }
}

applyTheme(storedTheme());
customElements.define("transom-admin-page", AdminPage);
