/** Looks for text in scrollback and screen: a small bar over the terminal, matches marked where they stand. */
import type { ISearchOptions, SearchAddon } from "@xterm/addon-search";
import type { Terminal } from "@xterm/xterm";
import { html, render, type TemplateResult } from "lit";
import { isDark } from "./palette";
import { countOf, MOST_MATCHES, type Query, troubleWith } from "./search-query";

/** Grounds that the text on them is kept readable against by the emulator's own floor of contrast. */
const MARKS = {
  dark: { match: "#4a3a08", active: "#7a4a00", edge: "#f0b849" },
  light: { match: "#ffe9a8", active: "#ffcf70", edge: "#8a5a00" },
};

/** The bar is no higher than so many lines. */
const HIDDEN_ROWS = 6;

export class Search {
  readonly #term: Terminal;
  readonly #place: HTMLElement;
  #addon: SearchAddon | null = null;
  #query: Query = { text: "", caseSensitive: false, regex: false, wholeWord: false };
  #found = { index: -1, count: 0 };
  #open = false;

  constructor(term: Terminal, place: HTMLElement) {
    this.#term = term;
    this.#place = place;
  }

  /** Opens the bar, or goes to it; one selected line is what is looked for. */
  open(): void {
    const selected = this.#term.getSelection();
    if (!this.#open && selected !== "" && !selected.includes("\n")) {
      this.#query = { ...this.#query, text: selected };
    }
    this.#open = true;
    this.#draw();
    const input = this.#place.querySelector("input");
    input?.focus();
    input?.select();
    if (this.#addon === null) void this.#load();
    else if (this.#query.text !== "") this.#look("same");
  }

  close(): void {
    this.#open = false;
    this.#addon?.clearDecorations();
    this.#term.clearSelection();
    render(html``, this.#place);
    this.#term.focus();
  }

  /** Marks matches anew, on another ground. */
  again(): void {
    if (this.#open) this.#look("same");
  }

  /** The bar is there at once and takes what is typed; the rest follows. */
  async #load(): Promise<void> {
    const { SearchAddon } = await import("@xterm/addon-search");
    if (this.#addon !== null) return;
    const addon = new SearchAddon({ highlightLimit: MOST_MATCHES });
    this.#addon = addon;
    this.#term.loadAddon(addon);
    addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.#found = { index: resultIndex, count: resultCount };
      if (this.#open) this.#draw();
    });
    if (this.#open) this.#look("same");
  }

  #look(where: "next" | "previous" | "same"): void {
    const { text, caseSensitive, regex, wholeWord } = this.#query;
    if (text === "" || troubleWith(this.#query) !== "") {
      this.#addon?.clearDecorations();
      this.#term.clearSelection();
      this.#found = { index: -1, count: 0 };
      this.#draw();
      return;
    }
    const { match, active, edge } = MARKS[isDark(this.#ground) ? "dark" : "light"];
    const options: ISearchOptions = {
      caseSensitive,
      regex,
      wholeWord,
      incremental: where === "same",
      decorations: {
        matchBackground: match,
        activeMatchBackground: active,
        activeMatchBorder: edge,
        matchOverviewRuler: match,
        activeMatchColorOverviewRuler: active,
      },
    };
    // The extension looks anew only for another text, not for the same one in another way.
    if (where === "same") this.#addon?.clearDecorations();
    // The newest match is what people look for, so the way goes up first.
    if (where === "next") this.#addon?.findNext(text, options);
    else this.#addon?.findPrevious(text, options);
    this.#draw();
    this.#stepAside();
  }

  /** A match must not stand under the bar that looks for it. */
  #stepAside(): void {
    const row = this.#term.getSelectionPosition()?.start.y ?? Number.POSITIVE_INFINITY;
    const below = row - this.#term.buffer.active.viewportY < HIDDEN_ROWS;
    this.#place.firstElementChild?.toggleAttribute("data-low", below);
  }

  get #ground(): string {
    return this.#term.options.theme?.background ?? "#000000";
  }

  #set(changes: Partial<Query>): void {
    this.#query = { ...this.#query, ...changes };
    this.#look("same");
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && (event.target as Element).localName === "input") {
      this.#look(event.shiftKey ? "next" : "previous");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #draw(): void {
    const trouble = troubleWith(this.#query);
    const says = trouble || countOf(this.#query, this.#found.index, this.#found.count);
    render(
      html`<div class="search" role="search" @keydown=${(e: KeyboardEvent) => this.#onKey(e)}>
        <input type="text" aria-label="Find in the terminal" placeholder="Find" spellcheck="false"
          autocomplete="off" autocapitalize="off" .value=${this.#query.text}
          aria-invalid=${trouble === "" ? "false" : "true"} aria-describedby="found"
          @input=${(e: Event) => this.#set({ text: (e.target as HTMLInputElement).value })} />
        <span id="found" class="found" role="status" ?data-bad=${trouble !== ""}>${says}</span>
        ${this.#toggle("Aa", "Match case", this.#query.caseSensitive, (caseSensitive) => ({ caseSensitive }))}
        ${this.#toggle("ab|", "Whole words", this.#query.wholeWord, (wholeWord) => ({ wholeWord }))}
        ${this.#toggle(".*", "Regular expression", this.#query.regex, (regex) => ({ regex }))}
        <button type="button" class="plain" aria-label="Previous match" title="Previous match (Enter)"
          @click=${() => this.#look("previous")}>↑</button>
        <button type="button" class="plain" aria-label="Next match" title="Next match (Shift+Enter)"
          @click=${() => this.#look("next")}>↓</button>
        <button type="button" class="plain" aria-label="Close" title="Close (Esc)"
          @click=${() => this.close()}>✕</button>
      </div>`,
      this.#place,
    );
  }

  #toggle(
    sign: string,
    label: string,
    on: boolean,
    change: (on: boolean) => Partial<Query>,
  ): TemplateResult {
    return html`<button type="button" class="plain" aria-label=${label} title=${label} aria-pressed=${on}
      @click=${() => this.#set(change(!on))}>${sign}</button>`;
  }
}
