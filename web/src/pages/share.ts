/** The page of a share link: who invites to what, then a name, then in. The secret leaves the address at once. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { BrakedError, ProblemError, sentenceOf } from "../api/problem";
import { BuildApi } from "../api/rest";
import { keepChain, secret, takeCode } from "../grant/browser";
import type { GuestView } from "../protocol/gen/GuestView";
import { GuestDesk } from "../share/api";
import { forget, type Invitation, keep, kept, knownName, rememberName } from "../share/invitation";
import { invitedTo } from "../share/words";
import { buildAddress, desktopAddress, terminalAddress } from "../ui/address";
import { clockTime } from "../ui/countdown";
import { logo } from "../ui/icons";
import { applyTheme, storedTheme } from "../ui/theme";
import { type Notice, renderNotice } from "./notice";

type Step = "looking" | "named" | "waiting" | "entering";

/** Between two questions whether somebody has let them in: longer after each, up to the last. */
const POLL_MS = [1000, 1500, 2000, 3000, 5000];

export class SharePage extends LitElement {
  static override properties = {
    _step: { state: true },
    _notice: { state: true },
    _failure: { state: true },
    _busy: { state: true },
    _lost: { state: true },
  };

  declare _step: Step;
  declare _notice: Notice | null;
  declare _failure: string;
  declare _busy: boolean;
  declare _lost: boolean;

  readonly #share = decodeURIComponent(/^\/s\/([^/]+)/.exec(location.pathname)?.[1] ?? "");
  readonly #desk = new GuestDesk(this.#share);
  #secret: string;
  #invitation: Invitation | null;
  #polls = 0;

  constructor() {
    super();
    const code = takeCode();
    const before = kept(this.#share);
    this.#invitation = code === null || before?.secret === code ? before : null;
    this.#secret = code ?? before?.secret ?? "";
    this._step = "looking";
    this._notice = null;
    this._failure = "";
    this._busy = false;
    this._lost = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Another link of the same page, pasted into the address bar.
    window.addEventListener("hashchange", () => location.hash !== "" && location.reload());
    if (this.#secret === "") this._notice = dead(null);
    else if (this.#invitation?.asked !== undefined) void this.#enter();
    else void this.#look();
  }

  protected override render(): TemplateResult {
    const look = this.#invitation?.look;
    document.title = look === undefined ? "Invitation" : `Invitation by ${look.share.by.name}`;
    return html`<header class="masthead">${logo}<div class="about"><h1>Invitation</h1></div></header>
      <main class="wrap landing">${this._notice === null ? this.#renderStep() : renderNotice(this._notice)}</main>`;
  }

  #renderStep(): TemplateResult {
    const look = this.#invitation?.look;
    if (look === undefined) return html`<p class="muted" role="status">Loading…</p>`;
    const { share, number, title, project } = look;
    const build = number === null ? title : `#${number}`;
    const until = clockTime(share.expires_at, Date.parse(look.now));
    const maker = share.by.name;
    return html`<section class="card notice" aria-labelledby="invited">
      <h2 id="invited">${maker} invites you to ${invitedTo(share.what, share.role)} of build ${build} until ${until}</h2>
      <p class="muted">${project === title ? title : `${project} · ${title}`}${share.label === "" ? "" : ` · ${share.label}`}</p>
      ${this.#renderNext(maker)}
    </section>`;
  }

  #renderNext(maker: string): TemplateResult {
    if (this._step === "waiting") {
      const words = this._lost
        ? "Transom cannot be reached. Trying again…"
        : `Waiting for ${maker} to let you in…`;
      return html`<p role="status">${words}</p><p class="muted">Keep this page open: it goes on by itself.</p>`;
    }
    if (this._step !== "named") return html`<p role="status">Coming in…</p>`;
    const look = this.#invitation?.look;
    const button = look?.approval
      ? "Ask to come in"
      : look?.share.role === "control"
        ? "Join"
        : "Join and watch";
    return html`<form class="fields" @submit=${(e: Event) => void this.#submit(e)}>
      <label class="line">Your name <input name="name" required maxlength="40" autocomplete="nickname" .value=${knownName()} autofocus /></label>
      ${
        look?.passcode
          ? html`<label class="line">Passcode <input name="passcode" type="password" required maxlength="128" autocomplete="off" /></label>`
          : nothing
      }
      <p role="alert">${this._failure}</p>
      <button class="primary" ?disabled=${this._busy}>${button}</button>
      <p class="muted">${look?.approval ? `${maker} lets you in. ` : ""}The others see your name.</p>
    </form>`;
  }

  async #look(): Promise<void> {
    this._notice = null;
    try {
      const look = await this.#desk.look(this.#secret);
      this.#invitation = { secret: this.#secret, look };
      keep(this.#share, this.#invitation);
      this._step = "named";
      await this.updateComplete;
      this.querySelector<HTMLElement>("input[name=name]")?.focus();
    } catch (error) {
      this._notice = this.#noticeOf(error, () => void this.#look());
    }
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#invitation === null || this._busy) return;
    const data = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? "");
    const name = text("name").trim();
    rememberName(name);
    // The same renewal again, where a reply was lost: it uses nothing more.
    const renewal = this.#invitation.asked?.renewal ?? secret();
    this.#invitation = { ...this.#invitation, asked: { name, renewal } };
    await this.#enter(text("passcode"));
  }

  async #enter(passcode = ""): Promise<void> {
    const invitation = this.#invitation;
    if (invitation?.asked === undefined) return;
    const { look, asked } = invitation;
    this._busy = true;
    this._failure = "";
    // Written down before it is sent: where the reply is lost, the very same renewal is sent again.
    keep(this.#share, invitation);
    try {
      const key = { secret: this.#secret, ...asked };
      const redeemed = await this.#desk.redeem(passcode === "" ? key : { ...key, passcode });
      this._lost = false;
      if (redeemed.state === "in") {
        this._step = "entering";
        await this.#goIn(redeemed.guest, asked.renewal);
        return;
      }
      this._step = "waiting";
      this.#pollLater();
    } catch (error) {
      this.#refused(error, look.passcode && passcode !== "");
    } finally {
      this._busy = false;
    }
  }

  #pollLater(seconds = 0): void {
    const ms =
      seconds > 0 ? seconds * 1000 : (POLL_MS[Math.min(this.#polls, POLL_MS.length - 1)] ?? 5000);
    this.#polls += 1;
    setTimeout(() => void this.#enter(), ms);
  }

  #refused(error: unknown, showedPasscode: boolean): void {
    const braked = error instanceof BrakedError;
    if (error instanceof ProblemError && !error.passes) {
      const wrong = error.problem === "passcode-needed" || error.problem === "malformed";
      if (!wrong) {
        this._notice = this.#noticeOf(error, () => void this.#look());
        return;
      }
    } else if (this._step === "waiting") {
      this._lost = !braked;
      this.#pollLater(braked ? error.seconds : 0);
      return;
    }
    this._step = "named";
    this._failure = braked
      ? `Too many attempts. Try again in ${error.seconds} s.`
      : showedPasscode && error instanceof ProblemError && error.problem === "passcode-needed"
        ? "That is not the passcode. Ask whoever sent you the link."
        : sentenceOf(error);
  }

  #noticeOf(error: unknown, again: () => void): Notice {
    const maker = this.#invitation?.look.share.by.name ?? null;
    if (error instanceof BrakedError) {
      const sentence = `Too many attempts from your network. Try again in ${error.seconds} s.`;
      return { heading: "Please wait", sentence, action: { label: "Try again", run: again } };
    }
    if (error instanceof ProblemError) {
      if (error.problem === "forbidden") {
        forget(this.#share);
        const sentence = `${maker ?? "Whoever invited you"} did not let you in.`;
        return { heading: "You were turned away", sentence, action: null };
      }
      if (!error.passes) {
        forget(this.#share);
        return dead(this.#invitation);
      }
    }
    const sentence = "Check your connection and try again; nothing of the link is used up.";
    const action = { label: "Try again", run: again };
    return { heading: "Transom cannot be reached", sentence, action };
  }

  /** What holds the guest in from now on is the chain; the link's secret is needed no more. */
  async #goIn(guest: GuestView, renewal: string): Promise<void> {
    keepChain(guest.build, renewal);
    forget(this.#share);
    const { what } = guest.share;
    if (what === "both") {
      location.replace(buildAddress(guest.build));
      return;
    }
    const session = await newestSession(guest, what);
    const mayOpen = guest.share.role === "control";
    const address = { terminal: terminalAddress, desktop: desktopAddress }[what];
    const next =
      session !== "" || mayOpen ? address(guest.build, session) : buildAddress(guest.build);
    location.replace(next);
  }
}

async function newestSession(guest: GuestView, family: "terminal" | "desktop"): Promise<string> {
  try {
    const view = await new BuildApi(guest.build, async () => guest).view();
    const running = view.sessions.filter((s) => s.family === family && s.state !== "ended");
    return running.sort((a, b) => a.opened_at.localeCompare(b.opened_at)).at(-1)?.id ?? "";
  } catch {
    // The page that it goes to meets the same obstacle and says what it is.
    return "";
  }
}

/** Expired, revoked, used up and wrong are told alike: whoever guesses learns nothing. */
function dead(invitation: Invitation | null): Notice {
  const share = invitation?.look.share;
  const over = share !== undefined && Date.parse(share.expires_at) <= Date.now();
  const ask = share === undefined ? "whoever sent it to you" : share.by.name;
  const sentence = over
    ? `The link ended at ${clockTime(share.expires_at)}. Ask ${ask} for a new one.`
    : `It may be revoked, used up, too old, or copied in part. Ask ${ask} for a new one.`;
  return { heading: "This link does not work, or not any more", sentence, action: null };
}

applyTheme(storedTheme());
customElements.define("transom-share-page", SharePage);
