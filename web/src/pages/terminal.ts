/** A terminal that fills the window. Its address becomes the session's, so that a reload comes back to it. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { BuildApi } from "../api/rest";
import type { Files } from "../files/loader";
import { grantFor, takeCode } from "../grant/browser";
import type { Grant } from "../grant/grant";
import type { BuildView } from "../protocol/gen/BuildView";
import type { ShareDesk } from "../share/desk";
import { followingDesk } from "../share/load";
import { TransomTerminal } from "../terminal/element";
import type { ConnectionState } from "../transport/status";
import { buildAddress, parseAddress, terminalAddress } from "../ui/address";
import { causeWords, ServerClock, titlePrefix } from "../ui/countdown";
import { applyTheme, storedTheme } from "../ui/theme";
import { allows, mayShare } from "./build";
import { nameOf, rememberBuild } from "./remembered";
import { renderBar } from "./terminal/bar";
import type { People } from "./terminal/people";
import type { Signals } from "./terminal/signals";
import { newSlot, type Slot } from "./terminal/slot";
import { commandOf, stepAsked } from "./terminal/step-command";
import type { TabHost, Tabs } from "./terminal/tabs";
import { chosen, storedView, type View } from "./terminal/view";
import type { renderViewMenu } from "./terminal/view-menu";

const TICK_MS = 1000;
const MODIFIERS: ReadonlySet<string> = new Set(["Control", "Alt", "Shift", "Meta", "AltGraph"]);

/** Where the build's own page says it better than a terminal that never opened. */
const BEYOND_RETRY: ReadonlySet<string> = new Set([
  "token-missing",
  "code-invalid",
  "build-unknown",
  "revoked",
  "removed",
]);

export class TerminalPage extends LitElement {
  static override properties = {
    _view: { state: true },
    _build: { state: true },
    _ends: { state: true },
    _warning: { state: true },
    _trouble: { state: true },
  };

  declare _view: View;
  declare _build: BuildView | null;
  declare _ends: { at: string | null; cause: string };
  declare _warning: string;
  declare _trouble: TemplateResult | null;

  readonly #build: string;
  readonly #grant: Grant;
  readonly #api: BuildApi;
  readonly #clock = new ServerClock();
  #signals: Signals | null = null;
  #renderMenu: typeof renderViewMenu | null = null;
  /** By the order of opening; a closed one leaves its place empty, so that no element moves. */
  readonly #slots: (Slot | null)[];
  #active: Slot;
  #tabs: Tabs | null = null;
  #life: AbortController | null = null;
  #files: Files | null = null;
  #everIn = false;
  /** The step whose command is to stand at the prompt. */
  #step: number | null;
  #desk: ShareDesk | null = null;
  #people: People | null = null;

  constructor() {
    super();
    const { build, session } = parseAddress(location.pathname) ?? { build: "", session: "" };
    this.#build = build;
    this.#active = newSlot(1, session);
    // A shell that runs something would take it for input.
    this.#step = session === "" ? stepAsked(location.search) : null;
    this.#slots = [this.#active];
    this.#grant = grantFor(build, takeCode());
    this.#api = new BuildApi(build, this.#grant.token);
    this._view = storedView(build);
    this._build = null;
    this._ends = { at: null, cause: "" };
    this._warning = "";
    this._trouble = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add("window-page");
    this.#life = new AbortController();
    const { signal } = this.#life;
    const ticking = setInterval(() => this.requestUpdate(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(ticking));
    void Promise.all([this.#loadBuild(), this.#loadRest(signal)]).then(() => this.#tabs?.restore());
    void this.#loadFiles(signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life?.abort();
    this.#files?.dispose();
    this.#files = null;
  }

  protected override render(): TemplateResult {
    const { state, exited } = this.#active;
    const { at } = this._ends;
    const over = state === "ended" && !exited;
    const leftMs = at === null || over ? null : Date.parse(at) - this.#clock.now();
    const name = nameOf(this.#build) ?? "Terminal";
    this.#setTitle(name, leftMs);
    if (this._trouble !== null) return this._trouble;
    const menu = this.#renderMenu?.({
      view: this._view,
      choose: (choice) => this.#choose(choice),
      find: () => this.#terminal?.find(),
      session: this.#active.session,
      tokens: this.#grant.token,
    });
    const bar = {
      build: this.#build,
      name,
      strip: this.#tabs?.renderStrip(),
      more: this.#tabs?.renderMore(),
      state,
      ended: exited ? "Shell exited" : null,
      people: this.#people?.render(),
      leftMs,
      endsAt: at,
      cause: this._ends.cause,
      mayOpen: !over && (this._build === null || allows(this._build, "terminal.control")),
      open: () => this.#select(this.#open(""), true),
      files: () => void this.#files?.show(),
      share: this.#desk?.renderButton(this._build),
      fullScreen: () => this.#toggleFullScreen(),
    };
    return html`${renderBar(bar, menu)}
      <main
        @keydown=${this.#onTyped}
        @paste=${this.#onTyped}
        @transom-activity=${this.#onActivity}
        @transom-bell=${this.#onActivity}
        @transom-choice=${(e: HTMLElementEventMap["transom-choice"]) => this.#choose(e.detail)}
        @transom-state=${this.#onState}
        @transom-connected=${this.#onConnected}
        @transom-session=${this.#onSession}
        @transom-presence=${this.#onPresence}
        @transom-access=${this.#onAccess}
        @transom-expiring=${this.#onExpiring}
        @transom-title=${this.#onTitle}
        @transom-exit=${this.#onExit}
        @transom-error=${this.#onError}
        @transom-release=${this.#onRelease}
      >${this.#slots.map((slot) => (slot === null ? nothing : this.#renderSlot(slot)))}</main>
      ${this.#tabs?.renderMessage() ?? nothing}
      <p class="sr" role="alert">${this._warning}</p>`;
  }

  #renderSlot(slot: Slot): TemplateResult {
    const { key, asked } = slot;
    const tabbed = this.#tabs !== null;
    return html`<div class="panel" id="panel-${key}" data-key=${key} ?inert=${slot !== this.#active}
      role=${tabbed ? "tabpanel" : nothing} aria-labelledby=${tabbed ? `tab-${key}` : nothing}
    ><transom-terminal
        .tokenSource=${this.#grant.token}
        .server=${location.origin}
        session=${asked}
        theme=${this._view.theme}
        font-size=${this._view.fontSize}
        ?screen-reader=${this._view.screenReader}
        .options=${this._view.options}
        ?no-clipboard=${this._build !== null && !allows(this._build, "clipboard.read")}
      ><a slot="ended" class="button primary" href=${buildAddress(this.#build)}>Back to the build</a></transom-terminal></div>`;
  }

  /** Only for the name and the first countdown; the terminal does not wait for it. */
  async #loadBuild(): Promise<void> {
    try {
      const view = await this.#api.view();
      this.#clock.set(view.now);
      rememberBuild(view);
      this._build = view;
      if (mayShare(view)) void this.#loadDesk();
      if (this._ends.at === null) {
        this._ends = { at: view.access.ends_at, cause: causeWords(view.access.cause) };
      }
    } catch {
      // The terminal meets the same obstacle and says what it is.
    }
  }

  /** What is of use once there is a terminal, and not before. */
  async #loadRest(signal: AbortSignal): Promise<void> {
    const [{ renderViewMenu }, { Signals }, { Tabs }, { People }] = await Promise.all([
      import("./terminal/view-menu"),
      import("./terminal/signals"),
      import("./terminal/tabs"),
      import("./terminal/people"),
    ]);
    if (signal.aborted) return;
    this.#signals = new Signals(this, () => this.requestUpdate());
    this.#renderMenu = renderViewMenu;
    const host = this.#host();
    this.#tabs = new Tabs(host, signal);
    this.#people = new People(
      {
        ...host,
        api: this.#api,
        acts: () => this.#terminal?.control ?? null,
        links: () => this.#desk?.links ?? null,
        focus: () => this.#terminal?.focus(),
      },
      signal,
    );
    this.requestUpdate();
  }

  #host(): TabHost {
    return {
      build: this.#build,
      slots: () => this.#slots.filter((slot) => slot !== null),
      active: () => this.#active,
      select: (slot, focus) => this.#select(slot, focus),
      open: (session) => this.#open(session),
      remove: (slot) => {
        this.#slots[this.#slots.indexOf(slot)] = null;
      },
      end: (session) => this.#api.endSession(session),
      running: () =>
        this._build?.sessions.filter((s) => s.family === "terminal" && s.state !== "ended") ?? null,
      reload: () => this.#loadBuild(),
      isFullScreen: (slot) => this.#elementOf(slot)?.fullScreenProgram ?? false,
      redraw: () => this.requestUpdate(),
    };
  }

  #open(session: string): Slot {
    const slot = newSlot(this.#slots.length + 1, session);
    this.#slots.push(slot);
    this.requestUpdate();
    return slot;
  }

  #select(slot: Slot, focus: boolean): void {
    this.#active = slot;
    slot.unseen = "nothing";
    if (slot.session !== "") this.#showAddress();
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.querySelector(`#tab-${slot.key}`)?.scrollIntoView({ block: "nearest" });
      if (focus) this.#elementOf(slot)?.focus();
    });
  }

  #showAddress(): void {
    history.replaceState(null, "", terminalAddress(this.#build, this.#active.session));
  }

  /** The slot that an event of its terminal is about. */
  #slotOf(event: Event): Slot {
    const panel = (event.target as Element).closest<HTMLElement>("[data-key]");
    return this.#slots[Number(panel?.dataset["key"]) - 1] ?? this.#active;
  }

  #elementOf(slot: Slot): TransomTerminal | null {
    return this.querySelector(`#panel-${slot.key} transom-terminal`);
  }

  #onTyped(event: Event): void {
    if (event instanceof KeyboardEvent && MODIFIERS.has(event.key)) return;
    this.#slotOf(event).typedAt = performance.now();
  }

  #onActivity(event: Event): void {
    const slot = this.#slotOf(event);
    slot.printedAt = performance.now();
    if (slot === this.#active) return;
    const unseen = event.type === "transom-bell" ? "bell" : "output";
    if (slot.unseen === unseen || slot.unseen === "bell") return;
    slot.unseen = unseen;
    this.requestUpdate();
  }

  /** Beside the terminal, which does not wait for it. */
  async #loadFiles(signal: AbortSignal): Promise<void> {
    const { Files } = await import("../files/loader");
    if (signal.aborted || this.#files !== null) return;
    this.#files = new Files({
      build: this.#build,
      tokens: this.#grant.token,
      view: () => this._build,
      directory: () => this.#elementOf(this.#active)?.workingDirectory ?? null,
      focus: () => this.#elementOf(this.#active)?.focus(),
    });
  }

  #onState(event: CustomEvent<{ state: ConnectionState }>): void {
    this.#slotOf(event).state = event.detail.state;
    this.requestUpdate();
  }

  #onConnected(event: CustomEvent<{ viewer: string }>): void {
    const slot = this.#slotOf(event);
    slot.me = event.detail.viewer;
    slot.exited = false;
    if (!slot.everIn && slot === this.#active) this.#terminal?.focus();
    slot.everIn = true;
    this.#everIn = true;
    if (this.#step !== null) void this.#sendStep(slot, this.#step);
    this.requestUpdate();
  }

  async #sendStep(slot: Slot, step: number): Promise<void> {
    this.#step = null;
    const view = await this.#api.view().catch(() => null);
    const command = view === null ? null : commandOf(view, step);
    if (command !== null) await this.#elementOf(slot)?.insert(command);
  }

  #onSession(event: CustomEvent<{ session: string }>): void {
    const slot = this.#slotOf(event);
    slot.session = event.detail.session;
    if (slot === this.#active) this.#showAddress();
    this.#tabs?.changed();
  }

  #onPresence(event: HTMLElementEventMap["transom-presence"]): void {
    const { me, viewers } = event.detail;
    const slot = this.#slotOf(event);
    Object.assign(slot, { me, viewers, company: event.detail });
    this.#people?.changed(slot);
    this.requestUpdate();
  }

  #onAccess(event: HTMLElementEventMap["transom-access"]): void {
    const { ends_at, cause, now } = event.detail;
    this.#clock.set(now);
    this._ends = { at: ends_at, cause: causeWords(cause) };
  }

  #onExpiring(event: HTMLElementEventMap["transom-expiring"]): void {
    this._warning = `Access ends in ${event.detail.minutes} min.`;
  }

  #onTitle(event: HTMLElementEventMap["transom-title"]): void {
    this.#slotOf(event).program = event.detail.title;
    this.requestUpdate();
  }

  #onExit(event: Event): void {
    Object.assign(this.#slotOf(event), { exited: true, viewers: [] });
    this.#tabs?.changed();
    this.requestUpdate();
  }

  #onError(event: HTMLElementEventMap["transom-error"]): void {
    const { problem, sentence } = event.detail;
    const slot = this.#slotOf(event);
    Object.assign(slot, { viewers: [], company: null });
    this.requestUpdate();
    if (this.#tabs?.refused(slot, problem, sentence)) return;
    if (!this.#everIn && BEYOND_RETRY.has(problem)) void this.#showTrouble(problem, sentence);
  }

  async #showTrouble(problem: string, sentence: string): Promise<void> {
    const { renderTrouble } = await import("./terminal/trouble");
    this._trouble = renderTrouble(this.#build, problem, sentence);
  }

  async #loadDesk(): Promise<void> {
    if (this.#desk !== null || this.#life === null) return;
    this.#desk = await followingDesk(this.#api, this.#life.signal);
    this.requestUpdate();
  }

  #onRelease(): void {
    this.querySelector<HTMLElement>("#back")?.focus();
  }

  #choose(choice: Parameters<typeof chosen>[1]): void {
    this._view = chosen(this._view, choice, this.#build);
  }

  #toggleFullScreen(): void {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => {});
    this.#terminal?.focus();
  }

  #setTitle(name: string, leftMs: number | null): void {
    const program = this.#active.program === "" ? "terminal" : this.#active.program;
    const prefix = leftMs === null ? "" : titlePrefix(leftMs);
    const words = `${prefix}${name} · ${program}`;
    const title = this.#signals?.title(words) ?? words;
    if (document.title !== title) document.title = title;
  }

  get #terminal(): TransomTerminal | null {
    return this.#elementOf(this.#active);
  }
}

applyTheme(storedTheme());
customElements.define("transom-terminal", TransomTerminal);
customElements.define("transom-terminal-page", TerminalPage);
