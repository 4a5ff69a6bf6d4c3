/** `<transom-terminal>`: a terminal of a build's machine, for our pages and for anybody's. */
import xtermCss from "@xterm/xterm/css/xterm.css?inline";
import { type CSSResultGroup, html, LitElement, nothing, unsafeCSS } from "lit";
import type { Company, ControlActs } from "../presence/company";
import { HeadStart } from "../transport/head-start";
import type { ConnectionState, Status } from "../transport/status";
import type { TokenSource } from "../transport/token";
import { browserClock } from "../ui/browser-clock";
import { openBrowserSocket, socketAddress } from "../ui/browser-socket";
import { announce } from "../ui/events";
import type { Notice } from "../ui/notice";
import { Attachment } from "./attachment";
import { loadGraphemes, loadTools } from "./extras";
import { loadFont } from "./font";
import type { noticeOf } from "./notice";
import { DEFAULT_OPTIONS, type Options } from "./options";
import { Screen } from "./screen";
import { style } from "./style";
import type { Choice, Tools } from "./tools";
import { followDirectory } from "./working-directory";

const RESIZE_MS = 50;
const REMARK_MS = 8000;
const EXTRAS_MS = 1000;
const MODIFIERS: ReadonlySet<string> = new Set(["Control", "Alt", "Shift"]);
const WAY_OUT = "Press Control, Alt and Shift together to leave it.";

export class TransomTerminal extends LitElement {
  static override properties = {
    tokenUrl: { attribute: "token-url" },
    session: { type: String },
    server: { type: String },
    theme: { type: String, reflect: true },
    fontSize: { attribute: "font-size", type: Number },
    screenReader: { attribute: "screen-reader", type: Boolean },
    label: { type: String },
    options: { attribute: false },
    noClipboard: { attribute: "no-clipboard", type: Boolean },
    tokenSource: { attribute: false },
    state: { type: String, reflect: true },
    _notice: { state: true },
    _low: { state: true },
    _watching: { state: true },
    _remark: { state: true },
  };
  static override styles: CSSResultGroup = [unsafeCSS(xtermCss), style];
  static override shadowRootOptions: ShadowRootInit = { mode: "open", delegatesFocus: true };

  declare tokenUrl: string;
  declare session: string;
  /** Origin of the server; by default where this script came from. */
  declare server: string;
  declare theme: "auto" | "light" | "dark";
  declare fontSize: number;
  declare screenReader: boolean;
  declare label: string;
  declare options: Options;
  /** Programs may put nothing on this browser's clipboard. */
  declare noClipboard: boolean;
  declare tokenSource: TokenSource | null;
  declare readonly state: ConnectionState;
  declare _notice: Notice | null;
  declare _low: boolean;
  declare _watching: boolean;
  declare _remark: string;

  #screen: Screen | null = null;
  #attachment: Attachment | null = null;
  #tools: Tools | null = null;
  #life: AbortController | null = null;
  #status: Status = { state: "idle" };
  #noticeOf: typeof noticeOf | null = null;
  #company: Company | null = null;
  #resizing: ReturnType<typeof setTimeout> | undefined;
  #remarking: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.tokenUrl = "";
    this.session = "";
    this.server = "";
    this.theme = "auto";
    this.fontSize = 14;
    this.screenReader = false;
    this.label = "Terminal";
    this.options = DEFAULT_OPTIONS;
    this.noClipboard = false;
    this.tokenSource = null;
    this.#setState("idle");
    this._notice = null;
    this._low = false;
    this._watching = false;
    this._remark = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#life === null) void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Moving an element in the page disconnects it, too, and is no reason to hang up.
    queueMicrotask(() => {
      if (!this.isConnected) this.#dispose();
    });
  }

  override focus(options?: FocusOptions): void {
    if (this.#screen === null) super.focus(options);
    else this.#screen.term.focus();
  }

  /** Takes the size of the box; happens by itself whenever the box changes. */
  fit(): void {
    const size = this.#screen?.boxSize ?? null;
    if (size !== null) this.#attachment?.boxChanged(size);
  }

  /** Whether a program has the whole screen to itself, as editors do. */
  get fullScreenProgram(): boolean {
    return this.#screen?.term.buffer.active.type === "alternate";
  }

  /** Where the shell is as it says itself, percent-encoded; null where it does not. */
  workingDirectory: string | null = null;

  /** Scrollback and screen as text. */
  bufferText(): string {
    return this.#screen?.text ?? "";
  }

  /** Opens the bar that looks for text. */
  find(): void {
    this.#tools?.find();
  }

  /** Puts `text` at the shell's prompt as a paste would, and leaves it to the person to run it. */
  async insert(text: string): Promise<void> {
    const screen = this.#screen;
    if (screen === null) return;
    const [{ prompted }] = await Promise.all([import("./prompt"), loadTools()]);
    await prompted(screen.term);
    if (this.#screen === screen) await this.#tools?.insert(text);
  }

  /** What can be done about control; null where nothing is connected. */
  get control(): ControlActs | null {
    return this.#attachment;
  }

  reconnect(): void {
    if (this.#attachment === null) this.#attach(this.session);
    else this.#attachment.reconnect();
  }

  /** Opens another shell here; what the last one printed stays above. */
  newShell(): void {
    this.#attach("", true);
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const term = this.#screen?.term;
    if (term === undefined) return;
    if (changed.has("theme")) this.#screen?.recolor();
    if (changed.has("screenReader")) term.options.screenReaderMode = this.screenReader;
    if (changed.has("fontSize")) {
      term.options.fontSize = this.fontSize;
      this.fit();
    }
    if (changed.has("options") || changed.has("theme")) this.#tools?.apply();
    const elsewhere = this.session !== (this.#attachment?.session ?? "");
    const rewired = ["tokenSource", "tokenUrl", "server"].some((name) => changed.has(name));
    if (rewired || (changed.has("session") && elsewhere)) this.#attach(this.session);
  }

  protected override render() {
    const notice = this._notice;
    // Before the screen, which keeps Tab to itself.
    return html`
      <div part="toolbar"></div>
      <div class="box" part="terminal" role="group" aria-label="${this.label}. ${WAY_OUT}"></div>
      <div class="over" part="status" role="status" ?data-low=${this._low}>
        ${
          notice === null
            ? nothing
            : html`<div class="notice" data-tone=${notice.tone}>
                <p>${notice.sentence}</p>
                ${this.#renderAction(notice)}
              </div>`
        }
        ${this._remark === "" ? nothing : html`<span class="chip">${this._remark}</span>`}
      </div>
      <div class="tools"></div>
    `;
  }

  #renderAction({ action, label }: Notice) {
    if (action === "none") return nothing;
    const act = () => {
      if (action === "new") this.newShell();
      else this.reconnect();
      this.focus();
    };
    const button = html`<button type="button" @click=${act}>${label}</button>`;
    return action === "page" ? html`<slot name="ended">${button}</slot>` : button;
  }

  async #begin(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    const tokens = this.#tokens();
    const start = tokens === null ? null : this.#headStart(tokens);
    life.signal.addEventListener("abort", () => start?.drop());
    const graphemes = loadGraphemes();
    void this.#loadNotices();
    const tools = loadTools();
    tools.catch(() => this.#say("Part of this page did not load: reload it to copy and paste."));
    await Promise.all([loadFont(), this.updateComplete]);
    const box = this.renderRoot.querySelector<HTMLElement>(".box");
    if (life.signal.aborted || box === null) return;
    const screen = new Screen({
      box,
      fontSize: this.fontSize,
      screenReader: this.screenReader,
      onInput: (text) => this.#attachment?.type(this.#tools?.typed(text) ?? text),
      onBinary: (bytes) => this.#attachment?.input(bytes),
      onTitle: (title) => announce(this, "transom-title", { title }),
      onKey: (event) => this.#onKey(event),
      onPaste: (text) => void this.#tools?.paste(text),
    });
    this.#screen = screen;
    followDirectory(screen.term, (directory) => {
      this.workingDirectory = directory;
    });
    this.#observe(box, life.signal);
    const late = new Promise((resolve) => setTimeout(resolve, EXTRAS_MS));
    const widths = graphemes.then((load) => load(screen.term)).catch(() => {});
    const surrounded = tools
      .then((kind) => this.#surround(kind, screen, life.signal))
      .catch(() => {});
    await Promise.race([Promise.all([widths, surrounded]), late]);
    if (!life.signal.aborted) this.#attach(this.session, false, start);
  }

  #surround(kind: typeof Tools, screen: Screen, { aborted }: AbortSignal): void {
    const root = this.shadowRoot;
    const box = root?.querySelector<HTMLElement>(".box") ?? null;
    if (aborted || root === null || box === null) return;
    this.#tools = new kind({
      element: this,
      root,
      box,
      screen,
      options: () => this.options,
      fontSize: () => this.fontSize,
      screenReader: () => this.screenReader,
      change: (choice) => this.#choose(choice),
      mayType: () => this.#attachment?.mayType ?? false,
      isNow: () => this.#attachment?.isNow ?? false,
      acts: () => this.#attachment?.mayAnswer ?? false,
      mayCopy: () => !this.noClipboard,
      company: () => this.#company,
      control: () => this.#attachment,
      fit: () => this.fit(),
    });
  }

  /** Takes effect at once, and the page around may keep it for the next time. */
  #choose(choice: Choice): void {
    this.fontSize = choice.fontSize ?? this.fontSize;
    this.screenReader = choice.screenReader ?? this.screenReader;
    if (choice.options !== undefined) this.options = { ...this.options, ...choice.options };
    announce(this, "transom-choice", choice);
  }

  /** Nothing needs to be said in the first moments. */
  async #loadNotices(): Promise<void> {
    this.#noticeOf = (await import("./notice")).noticeOf;
    this._notice = this.#noticeOf(this.#status, !this._watching);
  }

  #observe(box: HTMLElement, signal: AbortSignal): void {
    const resized = new ResizeObserver(() => {
      clearTimeout(this.#resizing);
      this.#resizing = setTimeout(() => this.fit(), RESIZE_MS);
    });
    resized.observe(box);
    signal.addEventListener("abort", () => resized.disconnect());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#screen?.recolor(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => this.#attachment?.setVisible(!document.hidden),
      { signal },
    );
    window.addEventListener("online", () => this.#attachment?.online(), { signal });
    document.addEventListener("resume", () => this.#attachment?.online(), { signal });
    this.addEventListener("pointerdown", () => this.#attachment?.wake(), { signal });
    // A page that goes is not resumed: coming back to it joins as a new viewer.
    window.addEventListener("pagehide", () => this.#attachment?.unload(), { signal });
    window.addEventListener("pageshow", (e) => e.persisted && this.reconnect(), { signal });
  }

  #tokens(): TokenSource | null {
    const { tokenSource, tokenUrl } = this;
    if (tokenSource !== null || tokenUrl === "") return tokenSource;
    return async () => (await import("../ui/token-url")).fetchToken(tokenUrl);
  }

  /** An embedding page's token may name another server, so its socket has to wait for it. */
  #headStart(tokens: TokenSource): HeadStart {
    const url = this.tokenSource === null ? null : socketAddress(this.#origin);
    return new HeadStart({ url, tokens, openSocket: openBrowserSocket, clock: browserClock });
  }

  get #origin(): string {
    return this.server === "" ? new URL(import.meta.url).origin : this.server;
  }

  #attach(session: string, keepHistory = false, start: HeadStart | null = null): void {
    const screen = this.#screen;
    const tokens = start?.tokens ?? this.#tokens();
    this.#attachment?.dispose();
    this.#attachment = null;
    this.workingDirectory = null;
    this.#company = null;
    void this.#tools?.together.changed();
    if (screen === null || tokens === null) return;
    this.#attachment = new Attachment({
      element: this,
      screen,
      session,
      server: this.#origin,
      tokens,
      openSocket: start?.openSocket,
      keepHistory,
      onStatus: (status) => this.#onStatus(status),
      onRole: (role) => {
        this._watching = role === "viewer";
        screen.term.options.disableStdin = this._watching;
      },
      onCompany: (company) => {
        this.#company = company;
        void this.#tools?.together.changed();
      },
      onRefused: (sentence) => this.#tools?.together.refused(sentence),
      onSession: (id) => {
        this.session = id;
      },
      onRemark: (text) => this.#say(text),
    });
  }

  #onStatus(status: Status): void {
    const before = this.state;
    this.#setState(status.state);
    this._low = this.#screen?.isUpperHalf ?? false;
    this.#status = status;
    this._notice = this.#noticeOf?.(status, !this._watching) ?? null;
    this.#tools?.connectionIs(status.state);
    if (before !== status.state) announce(this, "transom-state", { state: status.state });
  }

  /** Tab belongs to the shell, so there has to be another way out (WCAG 2.1.2). */
  #onKey(event: KeyboardEvent): boolean {
    if (event.ctrlKey && event.altKey && event.shiftKey && MODIFIERS.has(event.key)) {
      this.#screen?.term.blur();
      announce(this, "transom-release", {});
      return true;
    }
    if (this.#tools?.key(event) === true) return true;
    if (event.key !== "Enter" || this.#attachment?.waitsForNewShell !== true) return false;
    event.preventDefault();
    this.newShell();
    return true;
  }

  #say(text: string): void {
    this._remark = text;
    clearTimeout(this.#remarking);
    this.#remarking = setTimeout(() => {
      this._remark = "";
    }, REMARK_MS);
  }

  #setState(state: ConnectionState): void {
    (this as { state: ConnectionState }).state = state;
  }

  #dispose(): void {
    this.#life?.abort();
    this.#life = null;
    this.#attachment?.dispose();
    this.#attachment = null;
    this.#tools?.dispose();
    this.#tools = null;
    this.#screen?.dispose();
    this.#screen = null;
    clearTimeout(this.#resizing);
    clearTimeout(this.#remarking);
    this.#setState("idle");
    this._notice = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "transom-terminal": TransomTerminal;
  }
}
