/** Several terminals on one page: the strip of tabs, its keys, what comes back after a reload. */
import { html, nothing, type TemplateResult } from "lit";
import { PROBLEMS } from "../../protocol/gen/problems";
import type { SessionView } from "../../protocol/gen/SessionView";
import { closeIcon } from "../../ui/icons";
import { KeptTabs } from "./kept-tabs";
import { guardLeaving } from "./leave-guard";
import type { Slot } from "./slot";

/** As much of the page as the tabs need. */
export interface TabHost {
  readonly build: string;
  /** In the order of the strip. */
  slots(): Slot[];
  active(): Slot;
  select(slot: Slot, focus: boolean): void;
  open(session: string): Slot;
  remove(slot: Slot): void;
  /** Ends a session for everybody. */
  end(session: string): Promise<void>;
  /** Sessions of the build that can still be joined; null while nobody knows. */
  running(): SessionView[] | null;
  reload(): Promise<void>;
  isFullScreen(slot: Slot): boolean;
  redraw(): void;
}

const RECENT_MS = 60_000;
const PRINTING_MS = 10_000;
const MESSAGE_MS = 10_000;
const TOO_MANY = "This build has as many terminals as it may have. Close one to open another.";

export class Tabs {
  readonly #host: TabHost;
  readonly #kept: KeptTabs;
  #message = "";
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: TabHost, signal: AbortSignal) {
    this.#host = host;
    this.#kept = new KeptTabs(host.build);
    guardLeaving(() => host.slots().some((slot) => isAlive(slot) && typedLately(slot)), signal);
    document.addEventListener("keydown", (event) => this.#onKey(event), { capture: true, signal });
    window.addEventListener("resize", () => showTab(host.active()), { signal });
  }

  /** Opens what was open here before a reload and still runs. */
  restore(): void {
    const { slots, running, open } = this.#host;
    const alive = running();
    if (alive === null) return;
    const here = slots().map((slot) => slot.session);
    for (const session of this.#kept.take(here)) {
      if (alive.some(({ id }) => id === session)) open(session);
    }
    this.changed();
  }

  /** The set of terminals, or a session in it, is another one now. */
  changed(): void {
    this.#kept.keep(
      this.#host
        .slots()
        .filter(isAlive)
        .map((slot) => slot.session),
    );
    this.#host.redraw();
  }

  /** True where the failure was dealt with: the terminal could not be opened for there are too many. */
  refused(slot: Slot, problem: string, sentence: string): boolean {
    if (problem !== "too-many" || slot.everIn || this.#host.slots().length === 1) return false;
    this.#drop(slot);
    // The server says more where it is another limit.
    this.#say(sentence === PROBLEMS["too-many"].sentence ? TOO_MANY : sentence);
    return true;
  }

  /** Asks where something may be lost. Others who are in the terminal keep it. */
  async close(slot: Slot): Promise<void> {
    const { isFullScreen, end } = this.#host;
    if (this.#host.slots().length === 1) return;
    const shared = slot.viewers.some((viewer) => viewer.id !== slot.me);
    const printing = performance.now() - slot.printedAt < PRINTING_MS;
    const busy = typedLately(slot) || printing || isFullScreen(slot);
    if (isAlive(slot) && !shared && busy) {
      const { ask } = await import("../../ui/ask");
      const sure = await ask({
        heading: "Close this terminal?",
        effect: `The shell in “${tabName(slot)}” and everything that runs in it end.`,
        yes: "Close terminal",
        no: "Keep it open",
      });
      if (!sure) return;
    }
    this.#drop(slot);
    if (!isAlive(slot) || shared || slot.session === "") return;
    await end(slot.session).catch(() => this.#say("The terminal was not closed: it still runs."));
  }

  renderStrip(): TemplateResult {
    const { slots, active } = this.#host;
    const all = slots();
    const several = all.length > 1;
    return html`<div class="tabs" role="tablist" aria-label="Terminals" ?data-several=${several}
      @keydown=${(e: KeyboardEvent) => this.#onStripKey(e)}
    >${all.map((slot) => this.#renderTab(slot, slot === active(), several))}</div>`;
  }

  renderMore(): TemplateResult | typeof nothing {
    const others = this.#others();
    if (others.length === 0) return nothing;
    const words = `${others.length} more running`;
    return html`<button type="button" popovertarget="running" aria-label="Terminals: ${words}" title=${words}
        ><span class="pill">${others.length}</span><span class="wide">running</span></button>
      <div id="running" class="running-menu" popover @toggle=${this.#onMenu}>
        <h2>Still running</h2>
        <ul>${others.map((session) => this.#renderOther(session))}</ul>
      </div>`;
  }

  renderMessage(): TemplateResult | typeof nothing {
    return html`<p class="page-message" role="status" ?hidden=${this.#message === ""}>${this.#message}</p>`;
  }

  #renderTab(slot: Slot, selected: boolean, several: boolean): TemplateResult {
    const { select } = this.#host;
    const name = shortName(tabName(slot));
    const news = newsOf(slot);
    const close = (event: Event) => {
      event.stopPropagation();
      void this.close(slot);
    };
    const middle = (event: MouseEvent) => event.button === 1 && close(event);
    return html`<button type="button" role="tab" class="tab" id="tab-${slot.key}" aria-controls="panel-${slot.key}"
      aria-label=${news.words === "" ? name : `${name}, ${news.words}`}
      aria-selected=${selected} tabindex=${selected ? 0 : -1} title=${tabName(slot)} data-news=${news.tone}
      aria-keyshortcuts=${several ? "Delete" : nothing}
      @click=${() => select(slot, true)} @auxclick=${middle}
    ><span class="dot" data-tone=${news.tone}></span><span class="label">${name}</span
    >${
      several
        ? html`<span class="close" aria-hidden="true" title="Close" @click=${close}>${closeIcon}</span>`
        : nothing
    }</button>`;
  }

  #renderOther(session: SessionView): TemplateResult {
    const join = () => {
      document.getElementById("running")?.hidePopover();
      const { open, select } = this.#host;
      select(open(session.id), true);
      this.changed();
    };
    const time = new Date(session.opened_at).toLocaleTimeString(undefined, { timeStyle: "short" });
    const who = session.viewers === 0 ? "nobody in it now" : `${session.viewers} in it`;
    return html`<li><span class="grow">Opened ${time} by ${session.opened_by.name}<span class="muted"> · ${who}</span></span>
      <button type="button" @click=${join}>Open</button></li>`;
  }

  readonly #onMenu = (event: Event): void => {
    if ((event as ToggleEvent).newState === "open") void this.#host.reload();
  };

  /** Running, and not on this page. */
  #others(): SessionView[] {
    const here = new Set(this.#host.slots().map((slot) => slot.session));
    return (this.#host.running() ?? []).filter(({ id }) => !here.has(id));
  }

  #drop(slot: Slot): void {
    const { slots, active, select, remove } = this.#host;
    const all = slots();
    const at = all.indexOf(slot);
    const next = all[at + 1] ?? all[at - 1];
    if (slot === active() && next !== undefined) select(next, true);
    remove(slot);
    this.changed();
  }

  #step(by: number, focus: boolean): Slot | undefined {
    const { slots, active, select } = this.#host;
    const all = slots();
    const next = all[(all.indexOf(active()) + by + all.length) % all.length];
    if (next !== undefined) select(next, focus);
    return next;
  }

  /** Keys that no shell and no browser wants: everywhere on the page. */
  #onKey(event: KeyboardEvent): void {
    const { ctrlKey, shiftKey, altKey, metaKey, key } = event;
    if (!ctrlKey || !shiftKey || altKey || metaKey) return;
    const by = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    if (by === 0 || this.#host.slots().length === 1) return;
    event.preventDefault();
    event.stopPropagation();
    this.#step(by, true);
  }

  /** As the ARIA pattern for tabs has it. */
  #onStripKey(event: KeyboardEvent): void {
    const { slots, active, select } = this.#host;
    const all = slots();
    const [first, last] = [all[0], all.at(-1)];
    if (first === undefined || last === undefined) return;
    if (event.key === "Delete") void this.close(active());
    else if (event.key === "ArrowRight") this.#step(1, false);
    else if (event.key === "ArrowLeft") this.#step(-1, false);
    else if (event.key === "Home") select(first, false);
    else if (event.key === "End") select(last, false);
    else return;
    event.preventDefault();
    document.getElementById(`tab-${active().key}`)?.focus();
  }

  #say(message: string): void {
    this.#message = message;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => {
      this.#message = "";
      this.#host.redraw();
    }, MESSAGE_MS);
    this.#host.redraw();
  }
}

/** Where there are more tabs than room, the one in front is among those that are seen. */
export function showTab({ key }: Slot): void {
  document.getElementById(`tab-${key}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** What a program calls itself is text of the machine's: shown as text, in one line. */
export function tabName(slot: Slot): string {
  return slot.program === "" ? `Terminal ${slot.key}` : slot.program;
}

/** Shells call themselves `user@host: path`, which is the same for all but for its end. */
export function shortName(name: string): string {
  const place = /^\S+@\S+: *(\S.*)$/.exec(name)?.[1] ?? name;
  const parts = place.split("/");
  return /^[~/]/.test(place) && parts.length > 3 ? `…/${parts.slice(-2).join("/")}` : place;
}

export function isAlive(slot: Slot): boolean {
  return slot.state !== "ended" && !slot.exited;
}

export function typedLately(slot: Slot): boolean {
  return performance.now() - slot.typedAt < RECENT_MS;
}

function newsOf(slot: Slot): { tone: "none" | "news" | "bell" | "warn" | "off"; words: string } {
  if (slot.exited) return { tone: "off", words: "exited" };
  if (slot.state === "ended") return { tone: "warn", words: "ended" };
  if (slot.unseen === "bell") return { tone: "bell", words: "bell" };
  if (slot.unseen === "output") return { tone: "news", words: "new output" };
  return { tone: "none", words: "" };
}
