/**
 * Links in the output: opened on Ctrl+click or Cmd+click, or by a tap that is asked about, and nothing but
 * web addresses. Where a link leads is always shown as the browser would ask for it: hosts in Punycode, all
 * else escaped, so that no character turns or imitates another.
 */
import type { IBufferRange, ILinkHandler, Terminal } from "@xterm/xterm";
import { html, nothing, render } from "lit";
import { webAddress } from "../ui/address";
import { isMac } from "./platform";
import { ask } from "./question";

const OPEN_HINT = isMac ? "⌘ click to open" : "Ctrl+click to open";
const SHOWN_CHARS = 300;
const HOST = String.raw`((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+)`;
const CLAIM = new RegExp(String.raw`^\s*(?:(https?://|(?=www\.))${HOST}|${HOST}(?=/))`, "iu");

export class Links {
  readonly #term: Terminal;
  readonly #place: HTMLElement;
  readonly #hint: HTMLElement;
  #touched = false;

  constructor(term: Terminal, place: HTMLElement, hint: HTMLElement, box: HTMLElement) {
    this.#term = term;
    this.#place = place;
    this.#hint = hint;
    hint.className = "hint";
    hint.setAttribute("role", "tooltip");
    box.addEventListener("pointerdown", (e) => {
      this.#touched = e.pointerType === "touch";
    });
    term.options.linkHandler = this.#handler();
  }

  /** Finds addresses in plain text, too. */
  async load(): Promise<void> {
    const { WebLinksAddon } = await import("@xterm/addon-web-links");
    const open = (event: MouseEvent, address: string) => void this.#open(event, address, false);
    const hover = (_event: MouseEvent, address: string) => this.#show(address);
    this.#term.loadAddon(new WebLinksAddon(open, { hover, leave: () => this.#show(null) }));
  }

  /** For addresses that a program attaches to its text (OSC 8). */
  #handler(): ILinkHandler {
    return {
      activate: (event, address, range) =>
        void this.#open(event, address, claimsOther(this.#textOf(range), address)),
      hover: (_event, address) => this.#show(address),
      leave: () => this.#show(null),
      allowNonHttpProtocols: false,
    };
  }

  async #open(event: MouseEvent, address: string, doubtful: boolean): Promise<void> {
    const url = webAddress(address);
    if (url === null) return;
    const meant = isMac ? event.metaKey : event.ctrlKey;
    if (!meant && !this.#touched) return;
    if ((!meant || doubtful) && !(await this.#isWanted(url, doubtful))) return;
    window.open(url, "_blank", "noopener,noreferrer");
  }

  async #isWanted(url: string, doubtful: boolean): Promise<boolean> {
    const warning = html`<p>The text of this link names another address than the one it leads to.</p>`;
    const reply = await ask<"open">(this.#place, {
      title: "Open this address?",
      body: html`${doubtful ? warning : nothing}<p class="address">${shownAddress(url)}</p>`,
      answers: [{ value: "open", label: "Open" }],
    });
    this.#term.focus();
    return reply !== null;
  }

  #show(address: string | null): void {
    const url = address === null ? null : webAddress(address);
    const hint = url === null ? nothing : html`${shownAddress(url)}<span>${OPEN_HINT}</span>`;
    render(hint, this.#hint);
    this.#hint.toggleAttribute("data-on", url !== null);
  }

  #textOf({ start, end }: IBufferRange): string {
    let text = "";
    for (let y = start.y; y <= end.y; y += 1) {
      const from = y === start.y ? start.x - 1 : 0;
      const to = y === end.y ? end.x : this.#term.cols;
      text += this.#term.buffer.active.getLine(y - 1)?.translateToString(false, from, to) ?? "";
    }
    return text;
  }
}

/** The host stands out: what is before an `@` or behind a `/` may look like one. */
function shownAddress(url: string) {
  const { host } = new URL(url);
  const at = url.indexOf(host, url.indexOf("@") < 0 ? 0 : url.lastIndexOf("@", url.length));
  const start = at < 0 ? url.indexOf(host) : at;
  const rest = url.slice(start + host.length);
  const cut = rest.length > SHOWN_CHARS ? `${rest.slice(0, SHOWN_CHARS)}…` : rest;
  return html`<span class="to">${url.slice(0, start).slice(0, SHOWN_CHARS)}<b>${host}</b>${cut}</span>`;
}

/**
 * Whether a text claims to be an address of another host than the one that it leads to. A name alone is
 * no claim: `main.rs` is a file.
 */
export function claimsOther(text: string, address: string): boolean {
  const [, , named, pathed] = CLAIM.exec(text) ?? [];
  const claimed = named ?? pathed;
  const target = webAddress(address);
  if (claimed === undefined || target === null) return false;
  const said = webAddress(`https://${claimed}`);
  return said === null || new URL(said).hostname !== new URL(target).hostname;
}
