/** Finding a build, and ending access to it. */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AdminDesk } from "../../admin/desk";
import { fields, moment, query } from "../../admin/words";
import { sentenceOf } from "../../api/problem";
import type { FoundBuildPage } from "../../protocol/gen/FoundBuildPage";
import type { FoundBuildView } from "../../protocol/gen/FoundBuildView";
import { ask } from "../../ui/ask";

export class AdminBuilds extends LitElement {
  static override properties = {
    desk: { attribute: false },
    _builds: { state: true },
    _next: { state: true },
    _failure: { state: true },
  };

  declare desk: AdminDesk;
  declare _builds: FoundBuildView[] | null;
  declare _next: number | null;
  declare _failure: string;

  #wanted: Record<string, string> = {};

  constructor() {
    super();
    this._builds = null;
    this._next = null;
    this._failure = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#search(null);
  }

  async #search(before: number | null): Promise<void> {
    try {
      const wanted = query({ ...this.#wanted, before, limit: 50 });
      const page = await this.desk.get<FoundBuildPage>(`admin/builds?${wanted}`);
      this._builds = before === null ? page.builds : [...(this._builds ?? []), ...page.builds];
      this._next = page.next;
      this._failure = "";
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }

  protected override render(): TemplateResult {
    const builds = this._builds;
    return html`<form class="fields filters" role="search" @submit=${(e: Event) => this.#submit(e)}>
        <label class="line">Words <input name="q" type="search" maxlength="256" /></label>
        <label class="line">Project <input name="project" maxlength="256" /></label>
        <label class="line">State
          <select name="state">
            <option value="">any</option>
            <option value="queued">queued</option>
            <option value="running">running</option>
            <option value="finished">finished</option>
          </select>
        </label>
        <button class="primary">Search</button>
      </form>
      <p role="alert" ?hidden=${this._failure === ""}>${this._failure}</p>
      <section class="card" aria-labelledby="found">
        <header><h2 id="found" tabindex="-1">Builds</h2></header>
        ${
          builds === null
            ? html`<p class="row muted" role="status">Loading…</p>`
            : builds.length === 0
              ? html`<p class="row muted" role="status">No build fits.</p>`
              : html`<ul>${repeat(
                  builds,
                  (build) => build.id,
                  (build) => this.#renderBuild(build),
                )}</ul>`
        }
      </section>
      ${
        this._next === null
          ? nothing
          : html`<button type="button" @click=${() => void this.#search(this._next)}>Older builds</button>`
      }`;
  }

  #renderBuild(build: FoundBuildView): TemplateResult {
    const number = build.number === null ? "" : `#${build.number} `;
    const started =
      build.started_at === null ? "not started" : `started ${moment(build.started_at)}`;
    const branch = build.branch === null ? "" : ` · ${build.branch}`;
    const open = build.access !== "off" && build.access !== "ended";
    return html`<li class="row wraps" data-build=${build.id}>
      <div class="grow">
        <strong>${number}${build.title}</strong>
        <p class="muted">${build.project}${branch} · ${build.outcome ?? build.state} · ${started} · id ${build.id}</p>
        <p>${build.sentence}</p>
      </div>
      ${
        open
          ? html`<button type="button" @click=${() => void this.#end(build)}>End access<span class="sr"> to ${build.title}</span></button>`
          : nothing
      }
    </li>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#wanted = fields(event.target as HTMLFormElement);
    void this.#search(null);
  }

  async #end({ id, title }: FoundBuildView): Promise<void> {
    const sure = await ask({
      heading: `End access to “${title}”?`,
      effect: "Everybody is disconnected at once, and nobody comes in any more.",
      yes: "End access for everybody",
      no: "Keep it",
    });
    if (!sure) return;
    try {
      await this.desk.delete(`admin/builds/${encodeURIComponent(id)}/access`);
      await this.#search(null);
      await this.updateComplete;
      this.querySelector<HTMLElement>("#found")?.focus();
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }
}

customElements.define("transom-admin-builds", AdminBuilds);
