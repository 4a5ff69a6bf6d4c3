/** What is searched and read in pages, newest first. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AdminDesk } from "../../admin/desk";
import { sentenceOf } from "../../api/problem";

/** Where a page ends. */
export type Place = number | string;

export interface Page<Row> {
  rows: Row[];
  /** What the next page comes before; null after the last one. */
  next: Place | null;
}

interface Words {
  heading: string;
  /** Where nothing fits. */
  none: string;
  older: string;
}

export abstract class Listing<Row> extends LitElement {
  static override properties = {
    desk: { attribute: false },
    _rows: { state: true },
    _next: { state: true },
    _failure: { state: true },
  };

  declare desk: AdminDesk;
  declare _rows: Row[] | null;
  declare _next: Place | null;
  declare _failure: string;

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
    void this.look(null);
  }

  /** Reads one page. */
  protected abstract fetch(before: Place | null): Promise<Page<Row>>;

  protected abstract keyOf(row: Row): unknown;

  protected abstract renderRow(row: Row): TemplateResult;

  protected async look(before: Place | null): Promise<void> {
    try {
      const { rows, next } = await this.fetch(before);
      this._rows = before === null ? rows : [...(this._rows ?? []), ...rows];
      this._next = next;
      this._failure = "";
    } catch (error) {
      this._failure = sentenceOf(error);
    }
  }

  protected renderListing({ heading, none, older }: Words): TemplateResult {
    const rows = this._rows;
    return html`<p role="alert" ?hidden=${this._failure === ""}>${this._failure}</p>
      <section class="card" aria-labelledby="found">
        <header><h2 id="found" tabindex="-1">${heading}</h2></header>
        ${
          rows === null
            ? html`<p class="row muted" role="status">Loading…</p>`
            : rows.length === 0
              ? html`<p class="row muted" role="status">${none}</p>`
              : html`<ul>${repeat(
                  rows,
                  (row) => this.keyOf(row),
                  (row) => this.renderRow(row),
                )}</ul>`
        }
      </section>
      ${
        this._next === null
          ? nothing
          : html`<button type="button" @click=${() => void this.look(this._next)}>${older}</button>`
      }`;
  }
}
