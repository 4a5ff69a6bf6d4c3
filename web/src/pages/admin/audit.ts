/** The audit: who did what, when, from where; filtered, and as a file. */

import { html, nothing, type TemplateResult } from "lit";
import { fields, moment, query } from "../../admin/words";
import { sentenceOf } from "../../api/problem";
import { Listing, type Page, type Place } from "./listing";

interface Row {
  seq: number;
  at: string;
  build: string | null;
  actor: string;
  action: string;
  outcome: "allowed" | "denied" | "ended";
  detail: unknown;
  address: string | null;
}

const TONES = { allowed: "ok", denied: "danger", ended: "warn" } as const;

export class AdminAudit extends Listing<Row> {
  #wanted: Record<string, string> = {};

  protected override fetch(before: Place | null): Promise<Page<Row>> {
    const wanted = query({ ...this.#wanted, before, order: "newest", limit: 50 });
    return this.desk.get<Page<Row>>(`audit?${wanted}`);
  }

  protected override keyOf(row: Row): number {
    return row.seq;
  }

  protected override render(): TemplateResult {
    return html`<form class="fields filters" role="search" @submit=${(e: Event) => this.#submit(e)}>
        <label class="line">Build <input name="build" maxlength="128" /></label>
        <label class="line">Project <input name="project" maxlength="256" /></label>
        <label class="line">Who <input name="actor" maxlength="256" /></label>
        <label class="line">What <input name="action" maxlength="256" placeholder="session.open" /></label>
        <label class="line">Result
          <select name="outcome">
            <option value="">any</option>
            <option value="allowed">allowed</option>
            <option value="denied">denied</option>
            <option value="ended">ended</option>
          </select>
        </label>
        <label class="line">Address <input name="address" maxlength="64" /></label>
        <label class="line">From <input name="since" type="datetime-local" /></label>
        <label class="line">Before <input name="until" type="datetime-local" /></label>
        <button class="primary">Show</button>
        <button type="button" @click=${(e: Event) => void this.#save(e)}>Save as a file</button>
      </form>
      ${this.renderListing({ heading: "Audit, newest first", none: "Nothing fits.", older: "Older" })}`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#read(event.target as HTMLFormElement);
    void this.look(null);
  }

  #read(form: HTMLFormElement): void {
    const wanted = fields(form);
    for (const name of ["since", "until"]) {
      const local = wanted[name] ?? "";
      if (local !== "") wanted[name] = new Date(local).toISOString();
    }
    this.#wanted = wanted;
  }

  async #save(event: Event): Promise<void> {
    const form = (event.target as HTMLElement).closest("form");
    if (form === null) return;
    this.#read(form);
    try {
      const wanted = query({ ...this.#wanted, format: "ndjson" });
      const address = URL.createObjectURL(await this.desk.file(`audit?${wanted}`));
      const link = document.createElement("a");
      link.href = address;
      link.download = "audit.ndjson";
      link.click();
      URL.revokeObjectURL(address);
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }

  protected override renderRow(row: Row): TemplateResult {
    const where = [row.build === null ? null : `build ${row.build}`, row.address]
      .filter((part) => part !== null)
      .join(" · ");
    const detail = JSON.stringify(row.detail);
    return html`<li class="row wraps" data-seq=${row.seq}>
      <span class="pill"><span class="dot" data-tone=${TONES[row.outcome]}></span>${row.outcome}</span>
      <div class="grow">
        <p><strong>${row.action}</strong> by ${row.actor}</p>
        <p class="muted">${moment(row.at)}${where === "" ? "" : ` · ${where}`} · row ${row.seq}</p>
        ${detail === "{}" ? nothing : html`<code>${detail}</code>`}
      </div>
    </li>`;
  }
}

customElements.define("transom-admin-audit", AdminAudit);
