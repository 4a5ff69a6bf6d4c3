/**
 * One viewer's connection to one session, over as many sockets as it takes.
 *
 * ```text
 * idle → fetching-token → connecting → opening → live ⇄ stalled
 *              ↑______________ reconnecting ←______|       any → ended
 * ```
 */

import type { Attach } from "../protocol/gen/Attach";
import type { ClientMessage } from "../protocol/gen/ClientMessage";
import type { Family } from "../protocol/gen/Family";
import { PROBLEMS } from "../protocol/gen/problems";
import type { Role } from "../protocol/gen/Role";
import type { ServerMessage } from "../protocol/gen/ServerMessage";
import type { Welcome } from "../protocol/gen/Welcome";
import { Backoff } from "./backoff";
import { type Cancel, type Clock, nothingToCancel } from "./clock";
import { type Ending, isProblem, UNREACHABLE, verdict } from "./closing";
import { Heartbeat } from "./heartbeat";
import { Line } from "./line";
import { Renewal } from "./renewal";
import type { SocketFactory } from "./socket";
import type { ConnectionListener, Status } from "./status";
import { type AccessToken, TokenRefused, type TokenSource } from "./token";

export interface ConnectionOptions<Listener> {
  url: string;
  /** Absent: open a new one. */
  session?: string | undefined;
  tokens: TokenSource;
  openSocket: SocketFactory;
  clock: Clock;
  random: () => number;
  listener: Listener;
}

/** What only a connection to a surface of one family understands. */
export type FamilyMessage = Extract<
  ServerMessage,
  { type: "size" | "desktop" | "bell" | "pointers" }
>;

const CONNECT_MS = 15_000;
const OPEN_MS = 60_000;
/** A connection that lasted this long was a good one, and the next back-off starts anew. */
const SETTLED_MS = 5000;

export abstract class Connection {
  readonly #options: ConnectionOptions<ConnectionListener>;
  readonly #listener: ConnectionListener;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #heartbeat: Heartbeat;
  readonly #renewal: Renewal;

  #status: Status = { state: "idle" };
  #line: Line | null = null;
  #lastDrop: Ending | null = null;
  #liveSince = 0;
  #refreshed = false;
  #exited = false;
  /** Goes up whenever a try is given up; the token of an older one is ignored. */
  #turn = 0;
  #cancelTimer: Cancel = nothingToCancel;

  protected constructor(options: ConnectionOptions<ConnectionListener>) {
    const { clock, random, tokens } = options;
    this.#options = options;
    this.#listener = options.listener;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#heartbeat = new Heartbeat(clock, {
      ping: (id) => this.#line?.say({ type: "ping", id }),
      stalled: () => this.#show({ state: "stalled" }),
      recovered: () => this.#recovered(),
      dead: () => this.#line?.giveUp(),
    });
    this.#renewal = new Renewal(clock, random, tokens, (token) =>
      this.#line?.say({ type: "renew", token }),
    );
  }

  get status(): Status {
    return this.#status;
  }

  /** Set once the session is open, and kept over reconnects; the role is the newest. */
  abstract get place(): Welcome | null;

  /** What it can show. */
  protected abstract readonly family: Family;
  /** What to ask for in the hello. */
  protected abstract attach(): Attach;
  /** Throws where that is no way to go on. */
  protected abstract entered(welcome: Welcome): void;
  protected abstract roleIs(role: Role): void;
  protected abstract understood(message: FamilyMessage): void;
  protected abstract received(bytes: Uint8Array): void;
  /** The connection takes what there is to send: a new one, or again. */
  protected abstract begins(): void;
  protected abstract goesOn(): void;
  /** The page is looked at. */
  protected abstract isSeen(): void;
  /** What is said where somebody leaves, and where the session's program has ended. */
  protected abstract readonly farewell: { readonly left: string; readonly exited: string };

  /** Starts, or starts again after an end. */
  start(): void {
    if (this.#exited || (this.#status.state !== "idle" && this.#status.state !== "ended")) return;
    this.#refreshed = false;
    this.#lastDrop = null;
    this.#backoff.reset();
    void this.#try(false);
  }

  /** Somebody uses the page: no reason to wait any longer. */
  wake(): void {
    if (!this.#retryNow()) this.#heartbeat.probe();
  }

  /** The network came back, perhaps another one. */
  online(): void {
    if (!this.#retryNow()) this.#heartbeat.back();
  }

  /** Gives the socket up although it may recover. */
  renewSocket(): void {
    if (this.isIn) this.#line?.giveUp();
  }

  /** Asks for it where it is not this viewer's to take. */
  takeControl(): void {
    if (this.isIn) this.say({ type: "take_control" });
  }

  giveControl(viewer: string): void {
    if (this.isIn) this.say({ type: "give_control", viewer });
  }

  refuseControl(viewer: string): void {
    if (this.isIn) this.say({ type: "refuse_control", viewer });
  }

  setVisible(visible: boolean): void {
    this.#heartbeat.setVisible(visible);
    if (!visible) return;
    this.#retryNow();
    this.isSeen();
  }

  /** Ends for good and gives the place up. A page that `unloads` may be loaded again, with the same person. */
  leave(unloads = false): void {
    if (this.isIn) this.say({ type: "leave", unloads });
    this.#end({ code: 1000, problem: "left", sentence: this.farewell.left });
  }

  protected say(message: ClientMessage): void {
    this.#line?.say(message);
  }

  protected sendFrame(frame: Uint8Array<ArrayBuffer>): void {
    this.#line?.send(frame);
  }

  protected get isIn(): boolean {
    return this.#status.state === "live" || this.#status.state === "stalled";
  }

  #retryNow(): boolean {
    if (this.#status.state !== "reconnecting" || this.#status.retryAt === null) return false;
    void this.#try(false);
    return true;
  }

  async #try(fresh: boolean): Promise<void> {
    const turn = this.#nextTurn();
    this.#showStep("fetching-token");
    let token: AccessToken;
    try {
      token = await this.#options.tokens({ fresh });
    } catch (error) {
      if (turn === this.#turn) this.#withoutToken(error);
      return;
    }
    if (turn !== this.#turn) return;
    this.#showStep("connecting");
    this.#line = new Line(token.ws_url ?? this.#options.url, this.#options.openSocket, {
      open: () => this.#hello(token.token),
      message: (message) => this.#onMessage(message),
      frame: (bytes) => this.received(bytes),
      heard: () => this.#heartbeat.heard(),
      closed: (ending) => this.#onClosed(ending),
    });
    this.#expect(CONNECT_MS);
  }

  #withoutToken(error: unknown): void {
    if (error instanceof TokenRefused) {
      const { problem, message: sentence } = error;
      this.#end({ code: isProblem(problem) ? PROBLEMS[problem].close : 4401, problem, sentence });
    } else {
      this.#retryLater({ code: 1006, problem: "unreachable", sentence: UNREACHABLE });
    }
  }

  #hello(token: string): void {
    this.#showStep("opening");
    this.#expect(OPEN_MS);
    this.say({ type: "hello", token, attach: this.attach() });
  }

  #onMessage(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.#onWelcome(message);
        break;
      case "size":
      case "desktop":
      case "bell":
      case "pointers":
        this.understood(message);
        break;
      case "presence": {
        const me = message.viewers.find((v) => v.id === this.place?.viewer);
        if (me !== undefined) this.roleIs(me.role);
        this.#listener.presence(message.viewers, message.driver, message.control);
        break;
      }
      case "control_refused":
        this.#listener.controlRefused(message.sentence);
        break;
      case "access":
        this.#renewal.setSkew(Date.parse(message.now) - this.#clock.now());
        this.#listener.access(message);
        break;
      case "exit":
        this.#exited = true;
        this.#listener.exit(message);
        break;
      case "renewed":
        this.#renewal.renewed(message.token_expires_at);
        break;
      case "pong":
      case "closing":
        break;
      default:
        message satisfies never;
    }
  }

  #onWelcome(welcome: Welcome): void {
    this.#cancelTimer();
    if (welcome.family !== this.family) {
      this.say({ type: "leave", unloads: false });
      const sentence = `This address leads to a ${welcome.family}, not to a ${this.family}.`;
      this.#end({ code: 4404, problem: "session-unknown", sentence });
      return;
    }
    this.entered(welcome);
    this.#refreshed = false;
    this.#liveSince = this.#clock.now();
    this.#renewal.expires(welcome.token_expires_at);
    this.#heartbeat.start();
    this.#listener.welcome(welcome);
    this.#show({ state: "live" });
    this.begins();
  }

  #onClosed(ending: Ending): void {
    this.#nextTurn();
    if (this.#exited) {
      this.#end({ code: 1000, problem: "exited", sentence: this.farewell.exited });
      return;
    }
    switch (verdict(ending, this.place !== null)) {
      case "retry":
        this.#retryLater(ending);
        break;
      case "refresh":
        if (this.#refreshed) {
          this.#end(ending);
        } else {
          this.#refreshed = true;
          this.#lastDrop = ending;
          void this.#try(true);
        }
        break;
      case "final":
        this.#end(ending);
        break;
    }
  }

  #retryLater(because: Ending): void {
    if (this.place !== null && this.#clock.now() - this.#liveSince >= SETTLED_MS) {
      this.#liveSince = Number.POSITIVE_INFINITY;
      this.#backoff.reset();
    }
    this.#nextTurn();
    this.#lastDrop = because;
    const ms = this.#backoff.next();
    this.#cancelTimer = this.#clock.after(ms, () => void this.#try(false));
    const retryAt = this.#clock.now() + ms;
    this.#show({ state: "reconnecting", tries: this.#backoff.tries, retryAt, because });
  }

  #end(ending: Ending): void {
    this.#nextTurn();
    this.#show({ state: "ended", ending });
  }

  #nextTurn(): number {
    this.#cancelTimer();
    this.#heartbeat.stop();
    this.#renewal.stop();
    this.#line?.close();
    this.#line = null;
    this.#turn += 1;
    return this.#turn;
  }

  #expect(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => this.#line?.giveUp());
  }

  /** Once a connection was lost, the steps of the next one are all "reconnecting" to the user. */
  #showStep(state: "fetching-token" | "connecting" | "opening"): void {
    const because = this.#lastDrop;
    if (because === null) this.#show({ state });
    else this.#show({ state: "reconnecting", tries: this.#backoff.tries, retryAt: null, because });
  }

  #show(status: Status): void {
    this.#status = status;
    if (status.state === "live") this.#lastDrop = null;
    this.#listener.status(status);
  }

  #recovered(): void {
    this.#show({ state: "live" });
    this.goesOn();
  }
}
