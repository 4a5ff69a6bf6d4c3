/** The menu of the right button and of a long press. */
import { html, render } from "lit";

export interface MenuItem {
  label: string;
  key: string;
  off: boolean;
  run: () => void;
}

export class ContextMenu {
  readonly #place: HTMLElement;
  readonly #items: () => readonly MenuItem[];
  readonly #closed: () => void;
  #life: AbortController | null = null;

  constructor(place: HTMLElement, items: () => readonly MenuItem[], closed: () => void) {
    this.#place = place;
    this.#items = items;
    this.#closed = closed;
    place.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** At a point of the window; kept inside of it. */
  open(x: number, y: number): void {
    this.close();
    const life = new AbortController();
    this.#life = life;
    render(
      html`<div class="menu" role="menu" aria-label="Terminal" popover="manual">
        ${this.#items().map(
          ({
            label,
            key,
            off,
            run,
          }) => html`<button type="button" role="menuitem" tabindex="-1" ?disabled=${off}
            @click=${() => {
              this.close();
              run();
            }}><span>${label}</span><kbd>${key}</kbd></button>`,
        )}
      </div>`,
      this.#place,
    );
    const menu = this.#place.querySelector<HTMLElement>(".menu");
    if (menu === null) return;
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
    this.#buttons[0]?.focus();
    const elsewhere = (event: Event) => {
      if (!event.composedPath().includes(menu)) this.close();
    };
    window.addEventListener("pointerdown", elsewhere, { capture: true, signal: life.signal });
    window.addEventListener("blur", () => this.close(), { signal: life.signal });
    window.addEventListener("resize", () => this.close(), { signal: life.signal });
  }

  close(): void {
    if (this.#life === null) return;
    this.#life.abort();
    this.#life = null;
    render(html``, this.#place);
    this.#closed();
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.#place.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = this.#buttons;
    const at = buttons.findIndex((b) => b.matches(":focus"));
    const last = buttons.length - 1;
    const to =
      event.key === "ArrowDown"
        ? at === last
          ? 0
          : at + 1
        : event.key === "ArrowUp"
          ? at <= 0
            ? last
            : at - 1
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? last
              : null;
    if (to !== null) buttons[to]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
