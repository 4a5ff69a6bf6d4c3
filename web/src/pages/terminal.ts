/** A terminal that fills the window. Its address becomes the session's, so that a reload comes back to it. */
import { html, LitElement, type TemplateResult } from "lit";
import { BuildApi } from "../api/rest";
import { grantFor, takeCode } from "../grant/browser";
import type { Grant } from "../grant/grant";
import type { BuildView } from "../protocol/gen/BuildView";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import { TransomTerminal } from "../terminal/element";
import type { ConnectionState } from "../transport/status";
import { buildAddress, parseAddress, terminalAddress } from "../ui/address";
import { causeWords, ServerClock, titlePrefix } from "../ui/countdown";
import { logo } from "../ui/icons";
import { applyTheme, storedTheme } from "../ui/theme";
import { allows } from "./build";
import type { Notice, renderNotice } from "./notice";
import { dashboardOf, nameOf, rememberBuild } from "./remembered";
import { names, renderBar } from "./terminal/bar";
import type { Signals } from "./terminal/signals";
import { chosen, storedView, type View } from "./terminal/view";
import type { renderViewMenu } from "./terminal/view-menu";

const TICK_MS = 1000;

/** Where the build's own page says it better than a terminal that never opened. */
const BEYOND_RETRY: ReadonlySet<string> = new Set([
  "token-missing",
  "code-invalid",
  "build-unknown",
  "revoked",
]);

export class TerminalPage extends LitElement {
  static override properties = {
    _view: { state: true },
    _build: { state: true },
    _state: { state: true },
    _exited: { state: true },
    _program: { state: true },
    _viewers: { state: true },
    _ends: { state: true },
    _warning: { state: true },
    _trouble: { state: true },
  };

  declare _view: View;
  declare _build: BuildView | null;
  declare _state: ConnectionState;
  declare _exited: boolean;
  declare _program: string;
  declare _viewers: readonly ViewerInfo[];
  declare _ends: { at: string | null; cause: string };
  declare _warning: string;
  declare _trouble: { notice: Notice; render: typeof renderNotice } | null;

  readonly #build: string;
  readonly #session: string;
  readonly #grant: Grant;
  readonly #clock = new ServerClock();
  #signals: Signals | null = null;
  #renderMenu: typeof renderViewMenu | null = null;
  #me = "";
  #everIn = false;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    const { build, session } = parseAddress(location.pathname) ?? { build: "", session: "" };
    this.#build = build;
    this.#session = session;
    this.#grant = grantFor(build, takeCode());
    this._view = storedView(build);
    this._build = null;
    this._state = "idle";
    this._exited = false;
    this._program = "";
    this._viewers = [];
    this._ends = { at: null, cause: "" };
    this._warning = "";
    this._trouble = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add("terminal-page");
    this.#ticking = setInterval(() => this.requestUpdate(), TICK_MS);
    void this.#loadBuild();
    void this.#loadRest();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
  }

  protected override render(): TemplateResult {
    const { at } = this._ends;
    const over = this._state === "ended" && !this._exited;
    const leftMs = at === null || over ? null : Date.parse(at) - this.#clock.now();
    const name = nameOf(this.#build) ?? "Terminal";
    this.#setTitle(name, leftMs);
    if (this._trouble !== null) return this.#renderTrouble(name, this._trouble);
    const menu = this.#renderMenu?.({
      view: this._view,
      who: names(this._viewers, this.#me),
      choose: (choice) => this.#choose(choice),
      find: () => this.#terminal?.find(),
    });
    const bar = {
      build: this.#build,
      name,
      program: this._program,
      state: this._state,
      exited: this._exited,
      viewers: this._viewers,
      me: this.#me,
      leftMs,
      endsAt: at,
      cause: this._ends.cause,
      mayOpen: !over && (this._build === null || allows(this._build, "terminal.control")),
      fullScreen: () => this.#toggleFullScreen(),
    };
    return html`${renderBar(bar, menu)}
      <main>
        <transom-terminal
          .tokenSource=${this.#grant.token}
          .server=${location.origin}
          session=${this.#session}
          theme=${this._view.theme}
          font-size=${this._view.fontSize}
          ?screen-reader=${this._view.screenReader}
          .options=${this._view.options}
          ?no-clipboard=${this._build !== null && !allows(this._build, "clipboard.read")}
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
        ><a slot="ended" class="button primary" href=${buildAddress(this.#build)}>Back to the build</a></transom-terminal>
      </main>
      <p class="sr" role="alert">${this._warning}</p>`;
  }

  #renderTrouble(name: string, { notice, render }: NonNullable<typeof this._trouble>) {
    return html`<header class="masthead">${logo}<div class="about"><h1>${name}</h1></div></header>
      <main class="wrap">${render(notice)}</main>`;
  }

  /** Only for the name and the first countdown; the terminal does not wait for it. */
  async #loadBuild(): Promise<void> {
    try {
      const view = await new BuildApi(this.#build, this.#grant.token).view();
      this.#clock.set(view.now);
      rememberBuild(view);
      this._build = view;
      if (this._ends.at === null) {
        this._ends = { at: view.access.ends_at, cause: causeWords(view.access.cause) };
      }
    } catch {
      // The terminal meets the same obstacle and says what it is.
    }
  }

  /** What is of use once there is a terminal, and not before. */
  async #loadRest(): Promise<void> {
    const menu = import("./terminal/view-menu");
    const { Signals } = await import("./terminal/signals");
    this.#signals = new Signals(this, () => this.requestUpdate());
    this.#renderMenu = (await menu).renderViewMenu;
    this.requestUpdate();
  }

  #onState(event: CustomEvent<{ state: ConnectionState }>): void {
    this._state = event.detail.state;
  }

  #onConnected(event: CustomEvent<{ viewer: string }>): void {
    this.#me = event.detail.viewer;
    this._exited = false;
    if (!this.#everIn) this.#terminal?.focus();
    this.#everIn = true;
  }

  #onSession(event: CustomEvent<{ session: string }>): void {
    history.replaceState(null, "", terminalAddress(this.#build, event.detail.session));
  }

  #onPresence(event: HTMLElementEventMap["transom-presence"]): void {
    this.#me = event.detail.me;
    this._viewers = event.detail.viewers;
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
    this._program = event.detail.title;
  }

  #onExit(): void {
    this._exited = true;
    this._viewers = [];
  }

  #onError(event: HTMLElementEventMap["transom-error"]): void {
    const { problem, sentence } = event.detail;
    this._viewers = [];
    if (!this.#everIn && BEYOND_RETRY.has(problem)) void this.#trouble(problem, sentence);
  }

  async #trouble(problem: string, sentence: string): Promise<void> {
    const { noticeOfProblem, renderNotice } = await import("./notice");
    const notice = noticeOfProblem(problem, sentence, dashboardOf(this.#build));
    this._trouble = { notice, render: renderNotice };
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
    const program = this._program === "" ? "terminal" : this._program;
    const prefix = leftMs === null ? "" : titlePrefix(leftMs);
    const words = `${prefix}${name} · ${program}`;
    const title = this.#signals?.title(words) ?? words;
    if (document.title !== title) document.title = title;
  }

  get #terminal(): TransomTerminal | null {
    return this.querySelector("transom-terminal");
  }
}

applyTheme(storedTheme());
customElements.define("transom-terminal", TransomTerminal);
customElements.define("transom-terminal-page", TerminalPage);
