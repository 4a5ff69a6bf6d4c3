/** Keys that soft keyboards lack, in a row under the terminal; Ctrl and Alt wait for the key that follows. */
import { html, render } from "lit";
import { type Modifier, StickyKeys, sequenceOf } from "./sticky-keys";

const KEYS = [
  { name: "Escape", label: "Esc" },
  { name: "Tab", label: "Tab" },
  { name: "ctrl", label: "Ctrl" },
  { name: "alt", label: "Alt" },
  { name: "ArrowLeft", label: "←" },
  { name: "ArrowUp", label: "↑" },
  { name: "ArrowDown", label: "↓" },
  { name: "ArrowRight", label: "→" },
  { name: "|", label: "|" },
  { name: "~", label: "~" },
  { name: "/", label: "/" },
  { name: "-", label: "-" },
] as const;

const SPOKEN: Readonly<Record<string, string>> = {
  Escape: "Escape",
  Tab: "Tab",
  ctrl: "Control",
  alt: "Alt",
  ArrowLeft: "Left",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowRight: "Right",
  "|": "Pipe",
  "~": "Tilde",
  "/": "Slash",
  "-": "Hyphen",
};

export interface KeyRowHost {
  /** Whether the program wants its arrows the other way (DECCKM). */
  applicationKeys: () => boolean;
  type: (text: string) => void;
  focus: () => void;
}

export class KeyRow {
  readonly #place: HTMLElement;
  readonly #host: KeyRowHost;
  readonly #sticky = new StickyKeys();
  #pressing = false;

  constructor(place: HTMLElement, host: KeyRowHost) {
    this.#place = place;
    this.#host = host;
    place.className = "keys";
    place.setAttribute("role", "toolbar");
    place.setAttribute("aria-label", "Keys");
    // A press would take the focus from the terminal, and the soft keyboard with it.
    place.addEventListener("pointerdown", (e) => e.preventDefault());
    place.addEventListener("mousedown", (e) => e.preventDefault());
    this.#draw();
  }

  /** What was typed elsewhere, changed by Ctrl and Alt if they wait. */
  typed(text: string): string {
    if (this.#pressing || !this.#sticky.waits || [...text].length !== 1) return text;
    const changed = this.#sticky.apply(text);
    this.#draw();
    return changed;
  }

  remove(): void {
    render(html``, this.#place);
    this.#place.className = "";
    this.#place.removeAttribute("role");
    this.#place.removeAttribute("aria-label");
  }

  #press(name: string): void {
    if (name === "ctrl" || name === "alt") this.#sticky.press(name);
    else {
      const { ctrl, alt } = this.#sticky.take();
      this.#pressing = true;
      this.#host.type(sequenceOf(name, { ctrl, alt }, this.#host.applicationKeys()));
      this.#pressing = false;
    }
    this.#draw();
    this.#host.focus();
  }

  #draw(): void {
    render(
      KEYS.map(({ name, label }) => {
        const modifier = name === "ctrl" || name === "alt" ? (name as Modifier) : null;
        const state = modifier === null ? "off" : this.#sticky.state(modifier);
        return modifier === null
          ? html`<button type="button" aria-label=${SPOKEN[name] ?? label} @click=${() => this.#press(name)}>${label}</button>`
          : html`<button type="button" aria-label=${SPOKEN[name] ?? label} aria-pressed=${state !== "off"} data-state=${state}
              @click=${() => this.#press(name)}>${label}</button>`;
      }),
      this.#place,
    );
  }
}
