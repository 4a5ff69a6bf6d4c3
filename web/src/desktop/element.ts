/** `<transom-desktop>`: the desktop of a build's machine, for our pages and for anybody's. */
import { type CSSResultGroup, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Company, ControlActs } from "../presence/company";
import type { DesktopState } from "../protocol/gen/DesktopState";
import type { Role } from "../protocol/gen/Role";
import type { ConnectionState, Status } from "../transport/status";
import type { TokenSource } from "../transport/token";
import { announce } from "../ui/events";
import type { Notice } from "../ui/notice";
import { Attachment, type Control } from "./attachment";
import { Clipboard } from "./clipboard";
import type { Combination } from "./combinations";
import { Controls } from "./controls";
import { noticeOf } from "./notice";
import { DEFAULT_DESKTOP_OPTIONS, type DesktopOptions, type Guest } from "./options";
import type { Others } from "./others";
import { style } from "./style";

/** A window that is being dragged larger asks the machine once, at its end. */
const RESIZE_MS = 300;
const WAY_OUT = "Press Control, Alt and Shift together to leave it.";

export class TransomDesktop extends LitElement {
  static override properties = {
    tokenUrl: { attribute: "token-url" },
    session: { type: String },
    server: { type: String },
    theme: { type: String, reflect: true },
    label: { type: String },
    guest: { type: String },
    options: { attribute: false },
    noClipboard: { attribute: "no-clipboard", type: Boolean },
    tokenSource: { attribute: false },
    state: { type: String, reflect: true },
    _notice: { state: true },
    _control: { state: true },
    _role: { state: true },
    _focused: { state: true },
  };
  static override styles: CSSResultGroup = style;
  static override shadowRootOptions: ShadowRootInit = { mode: "open", delegatesFocus: true };

  declare tokenUrl: string;
  declare session: string;
  /** Origin of the server; by default where this script came from. */
  declare server: string;
  declare theme: "auto" | "light" | "dark";
  declare label: string;
  /** The machine's operating system. */
  declare guest: Guest;
  declare options: DesktopOptions;
  /** The machine's clipboard is not to reach this browser's. */
  declare noClipboard: boolean;
  declare tokenSource: TokenSource | null;
  declare readonly state: ConnectionState;
  declare _notice: Notice | null;
  declare _control: { who: Control; driver: string };
  declare _role: Role;
  declare _focused: boolean;

  #attachment: Attachment | null = null;
  #others: Others | null = null;
  #company: Company | null = null;
  #controls: Controls | null = null;
  #clipboard: Clipboard | null = null;
  #life: AbortController | null = null;
  #machine: DesktopState = { name: "", resizable: false, leds: 0 };
  #status: Status = { state: "idle" };
  #resizing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.tokenUrl = "";
    this.session = "";
    this.server = "";
    this.theme = "auto";
    this.label = "Desktop";
    this.guest = "linux";
    this.options = DEFAULT_DESKTOP_OPTIONS;
    this.noClipboard = false;
    this.tokenSource = null;
    this.#setState("idle");
    this._notice = null;
    this._control = { who: "watching", driver: "" };
    this._role = "controller";
    this._focused = false;
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
    if (this.#controls === null) super.focus(options);
    else this.#controls.focus();
  }

  /** Whether keys and pointer reach the machine now. */
  get controls(): boolean {
    return this.#attachment?.controls ?? false;
  }

  /** Pixels of the machine's screen; 0 before the first picture. */
  get size(): { width: number; height: number } {
    const { width = 0, height = 0 } = this.#attachment?.stage ?? {};
    return { width, height };
  }

  /** What was copied on the machine last, and what is put on its clipboard. */
  get remoteText(): string {
    return this.#clipboard?.remote ?? "";
  }

  setRemoteText(text: string): boolean {
    return this.#clipboard?.send(text) ?? false;
  }

  reconnect(): void {
    if (this.#attachment === null) this.#attach(this.session);
    else this.#attachment.reconnect();
  }

  takeControl(): void {
    this.#attachment?.takeControl();
  }

  /** What can be done about control; null where nothing is connected. */
  get control(): ControlActs | null {
    return this.#attachment;
  }

  /** Presses keys one after the other and lets them go. */
  sendKeys(combination: Combination): void {
    this.#controls?.press(combination);
  }

  /** The picture as a PNG file. */
  async screenshot(): Promise<Blob> {
    if (this.#attachment === null) throw new Error("no picture");
    return await this.#attachment.stage.screenshot();
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("options") || changed.has("guest")) this.#apply();
    const elsewhere = this.session !== (this.#attachment?.session ?? "");
    const rewired = ["tokenSource", "tokenUrl", "server"].some((name) => changed.has(name));
    if (this.#controls === null) return;
    if (rewired || (changed.has("session") && elsewhere)) this.#attach(this.session);
  }

  protected override render(): TemplateResult {
    const notice = this._notice;
    // Before the screen, which keeps Tab to itself.
    return html`
      <div class="company"></div>
      <div class="box" part="desktop" role="group" aria-label="${this.label}. ${WAY_OUT}"
        ?data-scrolls=${this.options.scaling === "full"}><canvas width="0" height="0"></canvas
        ><div class="layer" aria-hidden="true"></div></div>
      <div class="typing"></div>
      <div class="frame"></div>
      <div class="over" part="status" role="status">
        ${
          notice === null
            ? nothing
            : html`<div class="notice" data-tone=${notice.tone}>
                <p>${notice.sentence}</p>
                ${this.#renderAction(notice)}
              </div>`
        }
      </div>
      <div class="chips" part="toolbar">${this.#renderControl()}</div>
      <div class="toasts"></div>
    `;
  }

  #renderAction({ action, label }: Notice) {
    if (action === "none") return nothing;
    const act = () => {
      if (action === "new") this.#attach("");
      else this.reconnect();
      this.focus();
    };
    const button = html`<button type="button" @click=${act}>${label}</button>`;
    return action === "page" ? html`<slot name="ended">${button}</slot>` : button;
  }

  #renderControl() {
    // Whoever has no control is told of it in another place.
    if (this.state !== "live" || this._role === "viewer") return nothing;
    const { who, driver } = this._control;
    const controls = driver === "" ? "Nobody controls it." : `${driver} controls it.`;
    switch (who) {
      case "watching":
        return nothing;
      case "theirs":
        return html`<span class="chip" data-testid="theirs">${controls}
          <button type="button" @click=${() => this.takeControl()}>Take control</button></span>`;
      case "mine":
        return this._focused ? nothing : html`<span class="chip">Click to type</span>`;
      default:
        return who satisfies never;
    }
  }

  async #begin(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    await this.updateComplete;
    const root = this.renderRoot;
    const box = root.querySelector<HTMLElement>(".box");
    const toasts = root.querySelector<HTMLElement>(".toasts");
    const typing = root.querySelector<HTMLElement>(".typing");
    const canvas = root.querySelector("canvas");
    if (
      life.signal.aborted ||
      box === null ||
      toasts === null ||
      typing === null ||
      canvas === null
    )
      return;
    this.#clipboard = new Clipboard(toasts, {
      paste: (text) => this.#attachment?.paste(text) ?? false,
      mayRead: () => !this.noClipboard && this.options.clipboard === "both",
      mayWrite: () => this.options.clipboard !== "off",
    });
    this.#controls = new Controls({
      box,
      canvas,
      typing,
      label: `${this.label}. ${WAY_OUT}`,
      act: (frame) => this.#attachment?.act(frame) ?? false,
      place: (x, y, clamp) => this.#attachment?.stage.place(x, y, clamp) ?? null,
      zoom: (factor, x, y) => this.#attachment?.stage.zoom(factor, x, y),
      paste: (text) => this.#clipboard?.paste(text) ?? false,
      mayPaste: () => this.controls && (this.#clipboard?.mayWrite ?? false),
      isHeard: () => this.#attachment?.isHeard ?? false,
      wayOut: () => announce(this, "transom-release", {}),
      focused: (focused) => {
        this._focused = focused;
        this.toggleAttribute("data-focused", focused);
      },
    });
    this.#apply();
    this.#observe(box, life.signal);
    this.#attach(this.session);
  }

  #observe(box: HTMLElement, signal: AbortSignal): void {
    const resized = new ResizeObserver(() => {
      this.#attachment?.stage.fit();
      this.#matchSoon();
    });
    resized.observe(box);
    signal.addEventListener("abort", () => resized.disconnect());
    const seen = () => {
      this.#attachment?.setVisible(!document.hidden);
      if (document.hidden) this.#controls?.release();
    };
    document.addEventListener("visibilitychange", seen, { signal });
    window.addEventListener("online", () => this.#attachment?.online(), { signal });
    document.addEventListener("resume", () => this.#attachment?.online(), { signal });
    window.addEventListener("blur", () => this.#controls?.release(), { signal });
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

  #attach(session: string): void {
    const tokens = this.#tokens();
    this.#attachment?.dispose();
    this.#attachment = null;
    this.#company = null;
    this.#others?.update(null, false);
    const box = this.renderRoot.querySelector<HTMLElement>(".box");
    const canvas = box?.querySelector("canvas") ?? null;
    const layer = box?.querySelector<HTMLElement>(".layer") ?? null;
    if (tokens === null || box === null || canvas === null || layer === null) return;
    this.#attachment = new Attachment({
      element: this,
      box,
      canvas,
      layer,
      session,
      server: this.server === "" ? new URL(import.meta.url).origin : this.server,
      tokens,
      onStatus: (status) => this.#onStatus(status),
      onControl: (who, driver) => {
        if (who !== "mine") this.#controls?.release();
        const took = who === "mine" && this._control.who !== "mine";
        this._control = { who, driver };
        if (took) this.#matchSoon();
      },
      onCompany: (company) => void this.#showCompany(company),
      onRefused: (sentence) => this.#others?.refused(sentence),
      onPointers: (pointers) => this.#others?.show(pointers),
      onSession: (id) => {
        this.session = id;
      },
      onState: (state) => {
        const became = state.resizable && !this.#machine.resizable;
        this.#machine = state;
        if (became) this.#matchSoon();
      },
      onCopied: (text) => void this.#clipboard?.copied(text),
      onBell: () => announce(this, "transom-bell", {}),
    });
    this.#attachment.stage.scaling = this.options.scaling === "full" ? "full" : "fit";
  }

  /** Who is alone and controls hears nothing of it, and their pointer goes nowhere. */
  async #showCompany(company: Company): Promise<void> {
    this.#company = company;
    const me = company.viewers.find((viewer) => viewer.id === company.me);
    this._role = me?.role ?? "viewer";
    if (this.#others === null) {
      const alone = company.viewers.length < 2 && this._role === "controller";
      const { shadowRoot: root } = this;
      if (alone || root === null) return;
      const { Others } = await import("./others");
      if (this.#controls === null) return;
      this.#others ??= new Others(root, {
        acts: () => this.#attachment,
        focus: () => this.focus(),
        place: (x, y) => this.#attachment?.stage.place(x, y) ?? null,
        size: () => this.size,
        point: (place) => this.#attachment?.point(place),
      });
    }
    this.#others.update(this.#company, this.state === "live");
  }

  #apply(): void {
    const { scaling, touch, controlAsCommand, commandAsControl } = this.options;
    if (this.#attachment !== null) {
      this.#attachment.stage.scaling = scaling === "full" ? "full" : "fit";
    }
    this.#controls?.set({ touch, controlAsCommand, commandAsControl, guest: this.guest });
    this.#matchSoon();
  }

  #matchSoon(): void {
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.#match(), RESIZE_MS);
  }

  /** Has the machine's screen take the size of the box. */
  #match(): void {
    const box = this.renderRoot.querySelector<HTMLElement>(".box");
    if (this.options.scaling !== "match" || !this.#machine.resizable || box === null) return;
    const [width, height] = [box.clientWidth, box.clientHeight];
    const { size } = this;
    if (width < 1 || height < 1 || (width === size.width && height === size.height)) return;
    this.#attachment?.act({ kind: "resize", width, height });
  }

  #onStatus(status: Status): void {
    const before = this.state;
    this.#setState(status.state);
    this.#status = status;
    this._notice = noticeOf(this.#status, this.#attachment?.mayOpen ?? true);
    // Nobody hears the keys go up; the server lets go of them, or is told to when it hears again.
    if (status.state !== "live") this.#controls?.release();
    this.#others?.update(this.#company, status.state === "live");
    if (before !== status.state) announce(this, "transom-state", { state: status.state });
  }

  #setState(state: ConnectionState): void {
    (this as { state: ConnectionState }).state = state;
  }

  #dispose(): void {
    this.#life?.abort();
    this.#life = null;
    this.#controls?.dispose();
    this.#controls = null;
    this.#attachment?.dispose();
    this.#attachment = null;
    this.#others?.dispose();
    this.#others = null;
    this.#clipboard?.dispose();
    this.#clipboard = null;
    clearTimeout(this.#resizing);
    this.#setState("idle");
    this._notice = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "transom-desktop": TransomDesktop;
  }
}
