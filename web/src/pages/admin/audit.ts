/** The audit: who did what, when, from where; filtered, and as a file. */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { AdminDesk } from "../../admin/desk";
import { fields, moment, query } from "../../admin/words";
import { sentenceOf } from "../../api/problem";

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

export class AdminAudit extends LitElement {
  static override properties = {
    desk: { attribute: false },
    _rows: { state: true },
    _next: { state: true },
    _failure: { state: true },
  };

  declare desk: AdminDesk;
  declare _rows: Row[] | null;
  declare _next: number | null;
  declare _failure: string;

  #wanted: Record<string, string> = {};

  constructor() {
    super();
    this._rows = null;
    this._next = null;
    this._failure = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look(null);
  }

  async #look(before: number | null): Promise<void> {
    try {
      const wanted = query({ ...this.#wanted, before, order: "newest", limit: 50 });
      const page = await this.desk.get<{ rows: Row[]; next: number | null }>(`audit?${wanted}`);
      this._rows = before === null ? page.rows : [...(this._rows ?? []), ...page.rows];
      this._next = page.next;
      this._failure = "";
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }

  protected override render(): TemplateResult {
    const rows = this._rows;
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
      <p role="alert" ?hidden=${this._failure === ""}>${this._failure}</p>
      <section class="card" aria-labelledby="rows">
        <header><h2 id="rows">Audit, newest first</h2></header>
        ${
          rows === null
            ? html`<p class="row muted" role="status">Loading…</p>`
            : rows.length === 0
              ? html`<p class="row muted" role="status">Nothing fits.</p>`
              : html`<ul>${rows.map((row) => renderRow(row))}</ul>`
        }
      </section>
      ${
        this._next === null
          ? nothing
          : html`<button type="button" @click=${() => void this.#look(this._next)}>Older</button>`
      }`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#read(event.target as HTMLFormElement);
    void this.#look(null);
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
}

function renderRow(row: Row): TemplateResult {
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

customElements.define("transom-admin-audit", AdminAudit);
