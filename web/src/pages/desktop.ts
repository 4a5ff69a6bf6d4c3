/** A desktop that fills the window. Its address becomes the session's, so that a reload comes back to it. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { BuildApi } from "../api/rest";
import { TransomDesktop } from "../desktop/element";
import type { DesktopOptions } from "../desktop/options";
import { grantFor, takeCode } from "../grant/browser";
import type { Grant } from "../grant/grant";
import type { Company } from "../presence/company";
import type { Strip } from "../presence/strip";
import type { BuildView } from "../protocol/gen/BuildView";
import type { Capability } from "../protocol/gen/Capability";
import type { ShareDesk } from "../share/desk";
import { followingDesk } from "../share/load";
import type { ConnectionState } from "../transport/status";
import { buildAddress, desktopAddress, parseAddress } from "../ui/address";
import { causeWords, ServerClock, titlePrefix } from "../ui/countdown";
import type { Network } from "../ui/events";
import { applyTheme, storedTheme, type Theme } from "../ui/theme";
import { allows, mayShare } from "./build";
import { renderBar } from "./desktop/bar";
import type { renderMenus } from "./desktop/menus";
import {
  type DesktopSettings,
  storeDesktopSettings,
  storedDesktopSettings,
} from "./desktop/settings";
import { nameOf, rememberBuild } from "./remembered";

const TICK_MS = 1000;
const SAID_MS = 4000;

/** Where the build's own page says it better than a desktop that never opened. */
const BEYOND_RETRY: ReadonlySet<string> = new Set([
  "token-missing",
  "code-invalid",
  "build-unknown",
  "revoked",
  "removed",
]);

export class DesktopPage extends LitElement {
  static override properties = {
    _settings: { state: true },
    _theme: { state: true },
    _build: { state: true },
    _ends: { state: true },
    _said: { state: true },
    _trouble: { state: true },
    _network: { state: true },
  };

  declare _settings: DesktopSettings;
  declare _theme: Theme;
  declare _build: BuildView | null;
  declare _ends: { at: string | null; cause: string };
  declare _said: string;
  declare _trouble: TemplateResult | null;
  declare _network: Network | null;

  readonly #build: string;
  readonly #asked: string;
  readonly #grant: Grant;
  readonly #api: BuildApi;
  readonly #clock = new ServerClock();
  #renderMenus: typeof renderMenus | null = null;
  #state: ConnectionState = "idle";
  #machine = "";
  #company: Company | null = null;
  #strip: Strip | null = null;
  #session = "";
  #everIn = false;
  #desk: ShareDesk | null = null;
  #life: AbortController | null = null;
  #saying: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const { build, session } = parseAddress(location.pathname) ?? { build: "", session: "" };
    this.#build = build;
    this.#asked = session;
    this.#grant = grantFor(build, takeCode());
    this.#api = new BuildApi(build, this.#grant.token);
    this._settings = storedDesktopSettings();
    this._theme = storedTheme();
    this._build = null;
    this._ends = { at: null, cause: "" };
    this._said = "";
    this._trouble = null;
    this._network = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add("window-page");
    this.#life = new AbortController();
    const ticking = setInterval(() => this.requestUpdate(), TICK_MS);
    this.#life.signal.addEventListener("abort", () => clearInterval(ticking));
    void this.#loadBuild();
    void this.#loadMenus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life?.abort();
  }

  protected override render(): TemplateResult {
    const { at } = this._ends;
    const over = this.#state === "ended";
    const leftMs = at === null || over ? null : Date.parse(at) - this.#clock.now();
    const name = nameOf(this.#build) ?? "Desktop";
    const title = `${leftMs === null ? "" : titlePrefix(leftMs)}${name} · desktop`;
    if (document.title !== title) document.title = title;
    if (this._trouble !== null) return this._trouble;
    const bar = {
      build: this.#build,
      name,
      machine: this.#machine,
      state: this.#state,
      ended: null,
      people: this.#renderPeople(),
      leftMs,
      endsAt: at,
      cause: this._ends.cause,
      screenshot: (toClipboard: boolean) => void this.#screenshot(toClipboard),
      share: this.#desk?.renderButton(this._build),
      fullScreen: () => void this.#toggleFullScreen(),
    };
    return html`${renderBar(bar, this.#menus())}
      <main
        @transom-state=${this.#onState}
        @transom-connected=${this.#onConnected}
        @transom-session=${this.#onSession}
        @transom-desktop=${this.#onDesktop}
        @transom-network=${this.#onNetwork}
        @transom-presence=${this.#onPresence}
        @transom-access=${this.#onAccess}
        @transom-expiring=${this.#onExpiring}
        @transom-error=${this.#onError}
        @transom-release=${this.#onRelease}
      ><transom-desktop
        .tokenSource=${this.#grant.token}
        .server=${location.origin}
        session=${this.#asked}
        theme=${this._theme}
        guest=${this._build?.platform ?? "linux"}
        .options=${this._settings.options}
        ?no-clipboard=${!this.#may("clipboard.read")}
      ><a slot="ended" class="button primary" href=${buildAddress(this.#build)}>Back to the build</a></transom-desktop>
      ${this.#renderHint()}</main>
      ${this._said === "" ? nothing : html`<p class="page-message" role="status">${this._said}</p>`}`;
  }

  #renderPeople(): unknown {
    const company = this.#company;
    if (company === null) return undefined;
    return this.#strip?.render({ session: this.#session, where: "", company, elsewhere: [] });
  }

  #renderHint() {
    const types = this.#state === "live" && this.#may("desktop.control");
    if (this._settings.hinted || !types) return nothing;
    const seen = () => this.#keep({ ...this._settings, hinted: true });
    return html`<div class="hint"><span>Click to type. Control + Alt + Shift gives the keyboard back.</span>
      <button type="button" @click=${seen}>Got it</button></div>`;
  }

  #menus() {
    const desktop = this.#desktop;
    return this.#renderMenus?.({
      guest: this._build?.platform ?? "linux",
      controls: desktop?.controls ?? false,
      options: this._settings.options,
      theme: this._theme,
      size: desktop?.size ?? { width: 0, height: 0 },
      network: this._network,
      mayRead: this.#may("clipboard.read"),
      mayWrite: this.#may("clipboard.write"),
      remoteText: desktop?.remoteText ?? "",
      press: (combination) => {
        desktop?.sendKeys(combination);
        desktop?.focus();
      },
      type: () => desktop?.focus(),
      choose: (choice: Partial<DesktopOptions>) => {
        const options = { ...this._settings.options, ...choice };
        this.#keep({ ...this._settings, options });
      },
      chooseTheme: (theme) => {
        this._theme = theme;
        applyTheme(theme);
      },
      setRemoteText: (text) => desktop?.setRemoteText(text) ?? false,
      say: (words) => this.#say(words),
    });
  }

  /** Before the build is known nothing is held against anybody: the server decides. */
  #may(capability: Capability): boolean {
    return this._build === null || allows(this._build, capability);
  }

  #keep(settings: DesktopSettings): void {
    this._settings = settings;
    storeDesktopSettings(settings);
  }

  #say(words: string): void {
    this._said = words;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this._said = "";
    }, SAID_MS);
  }

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
      // The desktop meets the same obstacle and says what it is.
    }
  }

  async #loadMenus(): Promise<void> {
    const [menus, { Strip }] = await Promise.all([
      import("./desktop/menus"),
      import("../presence/strip"),
    ]);
    if (this.#life === null || this.#life.signal.aborted) return;
    this.#renderMenus = menus.renderMenus;
    this.#strip = new Strip(
      {
        api: this.#api,
        acts: () => this.#desktop?.control ?? null,
        links: () => this.#desk?.links ?? null,
        focus: () => this.#desktop?.focus(),
        redraw: () => this.requestUpdate(),
      },
      this.#life.signal,
    );
    if (this.#company !== null) this.#strip.update(this.#session, this.#company, "");
    this.requestUpdate();
  }

  async #screenshot(toClipboard: boolean): Promise<void> {
    const desktop = this.#desktop;
    if (desktop === null) return;
    try {
      const picture = await desktop.screenshot();
      if (toClipboard) {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        this.#say("The picture is on your clipboard.");
        return;
      }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(picture);
      const time = new Date().toISOString().replaceAll(":", "-").slice(0, 19);
      link.download = `${this.#build}-${time}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href));
    } catch {
      this.#say("There is no picture to be had.");
    }
  }

  async #toggleFullScreen(): Promise<void> {
    try {
      await (await import("./desktop/full-screen")).toggleFullScreen();
    } catch {
      this.#say("This browser gives no full screen here.");
    }
    this.#desktop?.focus();
  }

  #onState(event: CustomEvent<{ state: ConnectionState }>): void {
    this.#state = event.detail.state;
    this.requestUpdate();
  }

  #onConnected(): void {
    if (!this.#everIn) this.#desktop?.focus();
    this.#everIn = true;
    this.requestUpdate();
  }

  #onSession(event: CustomEvent<{ session: string }>): void {
    this.#session = event.detail.session;
    history.replaceState(null, "", desktopAddress(this.#build, event.detail.session));
  }

  #onDesktop(event: HTMLElementEventMap["transom-desktop"]): void {
    this.#machine = event.detail.name;
    this.requestUpdate();
  }

  #onNetwork(event: HTMLElementEventMap["transom-network"]): void {
    this._network = event.detail;
  }

  #onPresence(event: HTMLElementEventMap["transom-presence"]): void {
    this.#company = event.detail;
    this.#strip?.update(this.#session, event.detail, "");
    this.requestUpdate();
  }

  #onAccess(event: HTMLElementEventMap["transom-access"]): void {
    const { ends_at, cause, now } = event.detail;
    this.#clock.set(now);
    this._ends = { at: ends_at, cause: causeWords(cause) };
  }

  #onExpiring(event: HTMLElementEventMap["transom-expiring"]): void {
    this.#say(`Access ends in ${event.detail.minutes} min.`);
  }

  #onError(event: HTMLElementEventMap["transom-error"]): void {
    const { problem, sentence } = event.detail;
    this.#company = null;
    this.requestUpdate();
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

  get #desktop(): TransomDesktop | null {
    return this.querySelector("transom-desktop");
  }
}

applyTheme(storedTheme());
customElements.define("transom-desktop", TransomDesktop);
customElements.define("transom-desktop-page", DesktopPage);
