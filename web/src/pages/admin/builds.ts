/** Finding a build, and ending access to it. */

import { html, nothing, type TemplateResult } from "lit";
import { fields, moment, query } from "../../admin/words";
import { sentenceOf } from "../../api/problem";
import type { FoundBuildPage } from "../../protocol/gen/FoundBuildPage";
import type { FoundBuildView } from "../../protocol/gen/FoundBuildView";
import { ask } from "../../ui/ask";
import { Listing, type Page, type Place } from "./listing";

export class AdminBuilds extends Listing<FoundBuildView> {
  #wanted: Record<string, string> = {};

  protected override async fetch(before: Place | null): Promise<Page<FoundBuildView>> {
    const wanted = query({ ...this.#wanted, before, limit: 50 });
    const { builds, next } = await this.desk.get<FoundBuildPage>(`admin/builds?${wanted}`);
    return { rows: builds, next };
  }

  protected override keyOf(build: FoundBuildView): string {
    return build.id;
  }

  protected override render(): TemplateResult {
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
      ${this.renderListing({ heading: "Builds", none: "No build fits.", older: "Older builds" })}`;
  }

  protected override renderRow(build: FoundBuildView): TemplateResult {
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
    void this.look(null);
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
      await this.look(null);
      await this.updateComplete;
      this.querySelector<HTMLElement>("#found")?.focus();
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }
}

customElements.define("transom-admin-builds", AdminBuilds);
