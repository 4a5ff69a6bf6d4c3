/** What terminals say to who looks elsewhere: the bell and the progress of a program, in bar, title and icon. */
import { NO_PROGRESS, type Progress } from "../../terminal/progress";
import { faviconOf } from "./favicon";

const FLASH_MS = 120;
/** Where nothing may flash, a mark stays for as long as it takes to see it. */
const MARK_MS = 2000;

export class Signals {
  readonly #page: HTMLElement;
  readonly #changed: () => void;
  readonly #progress = new Map<EventTarget, Progress>();
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #icon: { link: HTMLLinkElement; usual: string } | null = null;
  #rung = false;
  #flashing: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is called when `title` would say something else. */
  constructor(page: HTMLElement, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    page.addEventListener("transom-bell", () => this.#ring());
    page.addEventListener("transom-progress", (event) => this.#reached(event.target, event.detail));
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  /** The title of the window with what there is to tell in front. */
  title(title: string): string {
    return `${this.#rung ? "● " : ""}${words(this.#total)}${title}`;
  }

  #ring(): void {
    this.#page.dataset["bell"] = this.#still.matches ? "mark" : "flash";
    clearTimeout(this.#flashing);
    this.#flashing = setTimeout(
      () => {
        delete this.#page.dataset["bell"];
      },
      this.#still.matches ? MARK_MS : FLASH_MS,
    );
    if (!document.hidden || this.#rung) return;
    this.#rung = true;
    this.#changed();
  }

  #seen(): void {
    if (document.hidden || !this.#rung) return;
    this.#rung = false;
    this.#changed();
  }

  #reached(terminal: EventTarget | null, progress: Progress): void {
    if (terminal === null) return;
    if (progress.state === "none") this.#progress.delete(terminal);
    else this.#progress.set(terminal, progress);
    this.#showIcon();
    this.#changed();
  }

  /** The one that needs somebody first; otherwise the newest. */
  get #total(): Progress {
    const all = [...this.#progress].filter(([terminal]) => (terminal as Element).isConnected);
    const states = all.map(([, progress]) => progress);
    return states.find(({ state }) => state === "error") ?? states.at(-1) ?? NO_PROGRESS;
  }

  #showIcon(): void {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link === null) return;
    this.#icon ??= { link, usual: link.href };
    link.href = faviconOf(this.#total) ?? this.#icon.usual;
  }
}

function words({ state, percent }: Progress): string {
  switch (state) {
    case "none":
      return "";
    case "busy":
      return "… ";
    case "normal":
      return `${percent}% `;
    case "paused":
      return `${percent}% (paused) `;
    case "error":
      return "(failed) ";
    default:
      return state satisfies never;
  }
}
