/** What is live: who is in, how much passes; watching it, and ending it. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AdminDesk } from "../../admin/desk";
import { bytes, moment } from "../../admin/words";
import { ProblemError, sentenceOf } from "../../api/problem";
import type { AdminSessionView } from "../../protocol/gen/AdminSessionView";
import type { WatchReply } from "../../protocol/gen/WatchReply";
import { TokenRefused, type TokenSource } from "../../transport/token";
import { ask } from "../../ui/ask";

const POLL_MS = 2000;

export class AdminSessions extends LitElement {
  static override properties = {
    desk: { attribute: false },
    _sessions: { state: true },
    _watched: { state: true },
    _failure: { state: true },
  };

  declare desk: AdminDesk;
  declare _sessions: AdminSessionView[] | null;
  declare _watched: AdminSessionView | null;
  declare _failure: string;

  #polling: ReturnType<typeof setTimeout> | undefined;
  #source: TokenSource | null = null;

  constructor() {
    super();
    this._sessions = null;
    this._watched = null;
    this._failure = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#poll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#polling);
  }

  async #poll(): Promise<void> {
    try {
      if (!document.hidden || this._sessions === null)
        this._sessions = await this.desk.get<AdminSessionView[]>("admin/sessions");
      this._failure = "";
    } catch (error) {
      this._failure = sentenceOf(error);
    }
    if (this.isConnected) this.#polling = setTimeout(() => void this.#poll(), POLL_MS);
  }

  protected override render(): TemplateResult {
    const sessions = this._sessions;
    return html`<section class="card" aria-labelledby="live">
        <header><h2 id="live" tabindex="-1">Live sessions</h2></header>
        <p role="alert" class="row" ?hidden=${this._failure === ""}>${this._failure}</p>
        ${
          sessions === null
            ? html`<p class="row muted" role="status">Loading…</p>`
            : sessions.length === 0
              ? html`<p class="row muted">Nobody is on a machine now.</p>`
              : html`<ul>${repeat(
                  sessions,
                  (one) => one.session.id,
                  (one) => this.#renderSession(one),
                )}</ul>`
        }
      </section>
      ${this._watched === null ? nothing : this.#renderWatched(this._watched)}`;
  }

  #renderSession(one: AdminSessionView): TemplateResult {
    const { session, viewers } = one;
    const what = session.family === "terminal" ? "Terminal" : "Desktop";
    return html`<li class="row wraps" data-session=${session.id}>
      <div class="grow">
        <strong>${one.title}</strong>
        <p class="muted">${what} · ${one.project} · build ${session.build} · opened ${moment(session.opened_at)} by ${session.opened_by.name}</p>
        <ul>${viewers.map(
          (viewer) =>
            html`<li>${viewer.name} <span class="muted">${viewer.role === "controller" ? "controls" : "watches"} since ${moment(viewer.since)}</span></li>`,
        )}</ul>
        <p class="muted">${bytes(one.bytes_in)} from viewers, <span data-testid="bytes-out">${bytes(one.bytes_out)}</span> to viewers</p>
      </div>
      <button type="button" @click=${() => this.#watch(one)}>Watch<span class="sr"> ${one.title}</span></button>
      <button type="button" @click=${() => void this.#end(one)}>End<span class="sr"> ${one.title}</span></button>
    </li>`;
  }

  #renderWatched(one: AdminSessionView): TemplateResult {
    const { id, family } = one.session;
    const label = `${one.title}, watched`;
    return html`<section class="card" aria-labelledby="watched">
      <header>
        <h2 id="watched" class="grow" tabindex="-1">Watching ${one.title}. Those inside see that you do.</h2>
        <button type="button" @click=${() => this.#show(null)}>Stop watching</button>
      </header>
      ${
        family === "terminal"
          ? html`<transom-terminal class="watched" session=${id} label=${label} no-clipboard .tokenSource=${this.#source}></transom-terminal>`
          : html`<transom-desktop class="watched" session=${id} label=${label} .tokenSource=${this.#source}></transom-desktop>`
      }
    </section>`;
  }

  #watch(one: AdminSessionView): void {
    const path = `admin/sessions/${encodeURIComponent(one.session.id)}/watch`;
    this.#source = async () => {
      try {
        return await this.desk.post<WatchReply>(path);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.passes) throw error;
        throw new TokenRefused(error.problem, error.message);
      }
    };
    this.#show(one);
    void define(one.session.family);
  }

  /** What is shown, and where it begins for whoever uses the keyboard. */
  #show(watched: AdminSessionView | null): void {
    this._watched = watched;
    const heading = watched === null ? "#live" : "#watched";
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(heading)?.focus());
  }

  async #end({ session: { id }, title }: AdminSessionView): Promise<void> {
    const sure = await ask({
      heading: `End this session of “${title}”?`,
      effect: "Everybody in it is disconnected, and its program ends.",
      yes: "End it for everybody",
      no: "Keep it",
    });
    if (!sure) return;
    try {
      await this.desk.delete(`admin/sessions/${encodeURIComponent(id)}`);
      this._sessions = (this._sessions ?? []).filter((one) => one.session.id !== id);
      this.#show(this._watched?.session.id === id ? null : this._watched);
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }
}

/** Loads what shows a session, once it is wanted. */
async function define(family: AdminSessionView["session"]["family"]): Promise<void> {
  if (family === "terminal") {
    const { TransomTerminal } = await import("../../terminal/element");
    if (!customElements.get("transom-terminal"))
      customElements.define("transom-terminal", TransomTerminal);
  } else {
    const { TransomDesktop } = await import("../../desktop/element");
    if (!customElements.get("transom-desktop"))
      customElements.define("transom-desktop", TransomDesktop);
  }
}

customElements.define("transom-admin-sessions", AdminSessions);
