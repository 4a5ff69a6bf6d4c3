/** The page of one build: what can be opened, until when, who is here. */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { sentenceOf } from "../api/problem";
import { BuildApi } from "../api/rest";
import { BuildWatch } from "../api/watch";
import { grantFor, takeCode } from "../grant/browser";
import { giveControl, removeViewer } from "../presence/api";
import type { BuildView } from "../protocol/gen/BuildView";
import type { ShareView } from "../protocol/gen/ShareView";
import type { ViewerView } from "../protocol/gen/ViewerView";
import type { ShareDesk } from "../share/desk";
import { desktopAddress, parseAddress, stepAddress, terminalAddress } from "../ui/address";
import { browserClock } from "../ui/browser-clock";
import "../ui/copy";
import { clockTime, ServerClock, titlePrefix } from "../ui/countdown";
import { logo } from "../ui/icons";
import {
  type Deciding,
  type Decision,
  renderAbortDialog,
  renderBreakpoint,
} from "./access/breakpoint";
import { renderEndDialog } from "./access/end-dialog";
import { renderHeading } from "./access/heading";
import { renderInvitation } from "./access/invitation";
import { type Dealings, renderPeople, renderSessions } from "./access/people";
import { renderSteps } from "./access/steps";
import { obstacle, renderTiles } from "./access/tiles";
import { renderTimeStrip, timeLeft } from "./access/time-strip";
import { allows, buildName, mayShare } from "./build";
import { invitationOf } from "./invited";
import { type Notice, noticeOfProblem, renderNotice, unreachable } from "./notice";
import { dashboardOf, nameOf, rememberBuild } from "./remembered";

const TICK_MS = 1000;

/** By the key that opens it. */
const FAMILIES: Readonly<Record<string, "terminal" | "desktop">> = { t: "terminal", d: "desktop" };

export class AccessPage extends LitElement {
  static override properties = {
    _view: { state: true },
    _trouble: { state: true },
    _lost: { state: true },
    _warning: { state: true },
    _ending: { state: true },
    _failure: { state: true },
    _extending: { state: true },
    _deciding: { state: true },
    _dealing: { state: true },
  };

  declare _view: BuildView | null;
  declare _trouble: { problem: string; sentence: string } | null;
  /** Whether the server cannot be reached at the moment. */
  declare _lost: boolean;
  declare _warning: string;
  declare _ending: boolean;
  declare _failure: string;
  declare _extending: { busy: boolean; failure: string };
  declare _deciding: { busy: boolean; failure: string };
  declare _dealing: string;

  readonly #build: string;
  readonly #api: BuildApi;
  readonly #watch: BuildWatch;
  readonly #clock = new ServerClock();
  #desk: ShareDesk | null = null;
  #links: ShareView[] = [];
  #life: AbortController | null = null;

  constructor() {
    super();
    this._view = null;
    this._trouble = null;
    this._lost = false;
    this._warning = "";
    this._ending = false;
    this._failure = "";
    this._extending = { busy: false, failure: "" };
    this._deciding = { busy: false, failure: "" };
    this._dealing = "";
    this.#build = parseAddress(location.pathname)?.build ?? "";
    const grant = grantFor(this.#build, takeCode());
    this.#api = new BuildApi(this.#build, grant.token);
    this.#watch = new BuildWatch(this.#api, browserClock, Math.random, {
      build: (view) => this.#onBuild(view),
      shares: (links) => this.#onShares(links),
      warning: ({ minutes, sentence = `Access ends in ${minutes} min.` }) => {
        this._warning = `${sentence} Save what you need from the machine.`;
      },
      lost: () => {
        this._lost = true;
      },
      refused: (problem, sentence) => {
        this._trouble = { problem, sentence };
      },
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const ticking = setInterval(() => this.requestUpdate(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(ticking));
    window.addEventListener("online", () => this.#watch.wake(), { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && this.#watch.wake(), {
      signal,
    });
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    // A page that was kept alive while away shows old news: start over.
    window.addEventListener("pageshow", (e) => e.persisted && location.reload(), { signal });
    this.#watch.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life?.abort();
    this.#watch.stop();
  }

  protected override render(): TemplateResult {
    const view = this._view;
    if (view === null || this._trouble !== null) return this.#renderWithout();
    const now = this.#clock.now();
    this.#setTitle(view, now);
    const notice = this.#noticeOf(view, now);
    const deciding: Deciding = {
      ...this._deciding,
      decide: (decision) => void this.#decide(decision),
      ask: () => this.#dialogOf("abort")?.showModal(),
    };
    return html`${renderHeading(view)}
      <main class="wrap">
        ${
          this._lost
            ? html`<p class="alert" role="status">Transom cannot be reached, so this page may be out of date. Trying again…</p>`
            : nothing
        }
        ${
          notice === null
            ? this.#renderOpen(view, now, deciding)
            : html`${renderNotice(notice)}
          ${renderBreakpoint(view, now, deciding)}`
        }
        ${renderSteps(view, (step) => this.#sendStep(step))}
      </main>
      ${renderEndDialog(view, {
        busy: this._ending,
        failure: this._failure,
        confirm: () => void this.#endAccess(),
      })}${renderAbortDialog(deciding)}`;
  }

  #renderOpen(view: BuildView, now: number, deciding: Deciding): TemplateResult {
    const end = allows(view, "access.end") ? () => this.#dialogOf("end")?.showModal() : null;
    const more = { ...this._extending, ask: () => void this.#extend() };
    const share = () => this.#desk?.show(view);
    return html`${renderTimeStrip(view, now, this._warning, end, more)}
      ${view.invitation === null ? nothing : renderInvitation(view.invitation, now)}
      ${renderBreakpoint(view, now, deciding)}
      ${renderTiles(view, { terminal: () => this.#open("terminal"), desktop: () => this.#open("desktop") })}
      <div class="two">${renderSessions(view, now)} ${renderPeople(view, this.#dealings())}</div>
      ${
        this.#desk === null
          ? nothing
          : html`<transom-share-links .links=${this.#links} .api=${this.#desk.api} .share=${share}></transom-share-links>`
      }`;
  }

  #renderWithout(): TemplateResult {
    const trouble = this._trouble;
    const notice =
      trouble !== null
        ? noticeOfProblem(
            trouble.problem,
            trouble.sentence,
            dashboardOf(this.#build),
            invitationOf(this.#build),
          )
        : this._lost
          ? unreachable(() => this.#watch.wake())
          : null;
    const name = nameOf(this.#build) ?? "Build access";
    document.title = `${notice === null ? "" : `${notice.heading} · `}${name}`;
    return html`<header class="masthead">
        ${logo}
        <div class="about"><h1>${name}</h1></div>
      </header>
      <main class="wrap">
        ${notice === null ? html`<p class="muted" role="status">Loading…</p>` : renderNotice(notice)}
      </main>`;
  }

  /** States in which there is nothing to open, now or ever. */
  #noticeOf(view: BuildView, now: number): Notice | null {
    const { state, sentence, ends_at } = view.access;
    const dashboard = dashboardOf(this.#build);
    const back =
      dashboard === null ? null : { label: "Go to the build in the CI", href: dashboard };
    switch (state) {
      case "pending":
      case "ready":
      case "grace":
      case "held":
        return null;
      case "off":
        return { heading: "Remote access is off", sentence, action: back };
      case "failed":
        return { heading: "This build cannot be entered", sentence, action: back };
      case "ended": {
        const why = ends_at === null ? null : `It ended at ${clockTime(ends_at, now)} your time.`;
        return { heading: "Access has ended", sentence, why, action: back };
      }
      default:
        return state satisfies never;
    }
  }

  #onBuild(view: BuildView): void {
    const before = this._view?.access.ends_at;
    if (before !== view.access.ends_at) {
      this._warning = "";
      this._extending = { ...this._extending, failure: "" };
    }
    this.#clock.set(view.now);
    rememberBuild(view);
    this._lost = false;
    this._view = view;
    if (view.access.state === "ended") this.#dialogOf("end")?.close();
    if (view.breakpoint?.state !== "waiting") this.#dialogOf("abort")?.close();
    if (mayShare(view)) void this.#loadDesk();
  }

  #onShares(links: ShareView[]): void {
    this.#links = links;
    this.#desk?.take(links);
    this.requestUpdate();
  }

  async #loadDesk(): Promise<void> {
    const life = this.#life;
    if (this.#desk !== null || life === null) return;
    const [{ ShareDesk }] = await Promise.all([import("../share/desk"), import("../share/links")]);
    if (this.#desk !== null || life.signal.aborted) return;
    this.#desk = new ShareDesk(this.#api, life.signal);
    this.#onShares(this.#links);
  }

  #onKey(event: KeyboardEvent): void {
    const typing =
      event.target instanceof Element && event.target.closest("input, textarea, select");
    const family = FAMILIES[event.key.toLowerCase()];
    if (family === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const asking = document.querySelector("dialog[open]") !== null;
    if (typing || event.repeat || asking || this._view === null) return;
    if (this._trouble === null && this.#noticeOf(this._view, 0) === null) this.#open(family);
  }

  #open(family: "terminal" | "desktop"): void {
    if (this._view === null || obstacle(this._view, family) !== null) return;
    const address = { terminal: terminalAddress, desktop: desktopAddress }[family];
    location.assign(address(this.#build));
  }

  /** In a new shell, for another one may be in the middle of something. */
  #sendStep(step: number): void {
    if (this._view === null || obstacle(this._view, "terminal") !== null) return;
    location.assign(stepAddress(this.#build, step));
  }

  #dealings(): Dealings {
    return {
      failure: this._dealing,
      give: ({ session, id }) => {
        this._dealing = "";
        giveControl(this.#api, session, id).catch((error: unknown) => {
          this._dealing = sentenceOf(error);
        });
      },
      remove: (viewer) => void this.#remove(viewer),
    };
  }

  async #remove({ session, id, name, guest }: ViewerView): Promise<void> {
    const { askToRemove } = await import("../presence/remove-dialog");
    const links = this.#desk === null ? null : this.#links;
    const remove = (revokeLink: boolean) => removeViewer(this.#api, session, id, revokeLink);
    askToRemove({ name, guest, links, remove });
  }

  async #decide(decision: Decision): Promise<void> {
    const number = this._view?.breakpoint?.number;
    if (number === undefined) return;
    this._deciding = { busy: true, failure: "" };
    let failure = "";
    try {
      await this.#api.decide(number, decision);
    } catch (error) {
      failure = sentenceOf(error);
    }
    this.#dialogOf("abort")?.close();
    this._deciding = { busy: false, failure };
  }

  async #extend(): Promise<void> {
    this._extending = { busy: true, failure: "" };
    let failure = "";
    try {
      await this.#api.extend();
    } catch (error) {
      failure = sentenceOf(error);
    }
    this._extending = { busy: false, failure };
  }

  async #endAccess(): Promise<void> {
    this._ending = true;
    this._failure = "";
    try {
      await this.#api.endAccess();
      this.#dialogOf("end")?.close();
    } catch (error) {
      this._failure = sentenceOf(error);
    } finally {
      this._ending = false;
    }
  }

  #setTitle(view: BuildView, now: number): void {
    const left = timeLeft(view, now);
    const over = view.access.state === "ended" || view.access.state === "off";
    const prefix = left === null || over ? "" : titlePrefix(left);
    const title = `${prefix}${buildName(view)} · access`;
    if (document.title !== title) document.title = title;
  }

  #dialogOf(id: "end" | "abort"): HTMLDialogElement | null {
    return this.querySelector(`dialog#${id}`);
  }
}

customElements.define("transom-access-page", AccessPage);
