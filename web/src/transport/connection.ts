/**
 * One viewer's connection to one session, over as many sockets as it takes.
 *
 * ```text
 * idle → fetching-token → connecting → opening → live ⇄ stalled
 *              ↑______________ reconnecting ←______|       any → ended
 * ```
 */

import { parseServerMessage } from "../protocol/control";
import { decodeServerFrame, encodeClientFrame } from "../protocol/frame";
import type { ClientMessage } from "../protocol/gen/ClientMessage";
import { PROBLEMS } from "../protocol/gen/problems";
import type { ServerMessage } from "../protocol/gen/ServerMessage";
import type { Size } from "../protocol/gen/Size";
import type { Welcome } from "../protocol/gen/Welcome";
import { Backoff } from "./backoff";
import { type Cancel, type Clock, nothingToCancel } from "./clock";
import { type Ending, endingOf, isProblem, UNREACHABLE, verdict } from "./closing";
import { Heartbeat } from "./heartbeat";
import { InputLog } from "./input-log";
import { Renewal } from "./renewal";
import type { Socket, SocketFactory } from "./socket";
import type { ConnectionListener, Status } from "./status";
import { type AccessToken, TokenRefused, type TokenSource } from "./token";

export interface ConnectionOptions {
  url: string;
  /** Absent: open a new terminal. */
  session?: string | undefined;
  size: () => Size;
  tokens: TokenSource;
  openSocket: SocketFactory;
  clock: Clock;
  random: () => number;
  listener: ConnectionListener;
}

/** Our own close code for a socket that is given up; the server keeps the viewer's place. */
const GIVEN_UP = 4000;
const CONNECT_MS = 15_000;
const OPEN_MS = 60_000;
/** A connection that lasted this long was a good one, and the next back-off starts anew. */
const SETTLED_MS = 5000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #heartbeat: Heartbeat;
  readonly #renewal: Renewal;
  readonly #input = new InputLog();

  #status: Status = { state: "idle" };
  #socket: Socket | null = null;
  #open = false;
  #session: string | null;
  #place: Welcome | null = null;
  #said: Ending | null = null;
  #lastDrop: Ending | null = null;
  #received = 0;
  #parsed = 0;
  #sentSize: Size | null = null;
  #liveSince = 0;
  #refreshed = false;
  #exited = false;
  /** Goes up whenever a socket or a try is given up; callbacks of an older one are ignored. */
  #turn = 0;
  #cancelTimer: Cancel = nothingToCancel;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#listener = options.listener;
    this.#clock = options.clock;
    this.#session = options.session ?? null;
    this.#backoff = new Backoff(options.random);
    this.#heartbeat = new Heartbeat(options.clock, {
      ping: (id) => this.#say({ type: "ping", id }),
      stalled: () => this.#show({ state: "stalled" }),
      recovered: () => this.#show({ state: "live" }),
      dead: () => this.#giveUp(),
    });
    this.#renewal = new Renewal(options.clock, options.random, options.tokens, (token) =>
      this.#say({ type: "renew", token }),
    );
  }

  get status(): Status {
    return this.#status;
  }

  /** Set once the session is open; the place is kept over reconnects. */
  get place(): Welcome | null {
    return this.#place;
  }

  /** Starts, or starts again after an end. */
  start(): void {
    if (this.#exited || (this.#status.state !== "idle" && this.#status.state !== "ended")) return;
    this.#refreshed = false;
    this.#lastDrop = null;
    this.#backoff.reset();
    void this.#try(false);
  }

  /** The network or the user came back: no reason to wait any longer. */
  wake(): void {
    if (this.#status.state === "reconnecting" && this.#status.retryAt !== null) {
      void this.#try(false);
    } else {
      this.#heartbeat.probe();
    }
  }

  /** Gives the socket up although it may recover. */
  renewSocket(): void {
    if (this.#isIn()) this.#giveUp();
  }

  setVisible(visible: boolean): void {
    this.#heartbeat.setVisible(visible);
    if (visible) this.wake();
  }

  send(bytes: Uint8Array): void {
    if (this.#status.state === "ended" || this.#place?.role === "viewer") return;
    this.#input.push(bytes);
    this.#flush();
  }

  resize(size: Size): void {
    if (!this.#isIn()) return;
    if (this.#sentSize?.cols === size.cols && this.#sentSize.rows === size.rows) return;
    this.#sentSize = size;
    this.#say({ type: "resize", ...size });
  }

  /** All output below `offset` was parsed. */
  parsed(offset: number): void {
    this.#parsed = offset;
    if (this.#isIn()) this.#socket?.send(encodeClientFrame({ kind: "output_ack", offset }));
  }

  /** Ends for good and gives the place up. */
  leave(): void {
    if (this.#isIn()) this.#say({ type: "leave" });
    this.#end({ code: 1000, problem: "left", sentence: "You left this terminal." });
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
    this.#said = null;
    this.#expect(CONNECT_MS);
    const mine =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A) => {
        if (turn === this.#turn) act(...args);
      };
    this.#socket = this.#options.openSocket(token.ws_url ?? this.#options.url, {
      open: mine(() => this.#hello(token.token)),
      text: mine((message) => this.#guard(() => this.#onText(message))),
      binary: mine((message) => this.#guard(() => this.#onFrame(message))),
      closed: mine((code) => this.#onClosed(code)),
    });
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
    this.#open = true;
    this.#showStep("opening");
    this.#expect(OPEN_MS);
    const size = this.#options.size();
    this.#sentSize = size;
    const resume =
      this.#place === null
        ? {}
        : { resume: { viewer: this.#place.viewer, output: this.#received } };
    this.#say({
      type: "hello",
      token,
      attach:
        this.#session === null
          ? { kind: "open", family: "terminal", size }
          : { kind: "join", session: this.#session, size, ...resume },
    });
  }

  #onText(text: string): void {
    const message = parseServerMessage(text);
    this.#heartbeat.heard();
    if (message === null) return;
    switch (message.type) {
      case "welcome":
        this.#onWelcome(message);
        break;
      case "size":
        this.#listener.size({ cols: message.cols, rows: message.rows });
        break;
      case "presence":
        this.#listener.presence(message.viewers, message.driver);
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
        this.#renewal.expires(message.token_expires_at);
        break;
      case "pong":
        break;
      case "closing":
        this.#said = { code: message.code, problem: message.problem, sentence: message.detail };
        break;
      default:
        message satisfies never;
    }
  }

  #onWelcome(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
    this.#cancelTimer();
    const before = this.#place;
    if (before !== null && welcome.viewer === before.viewer) {
      this.#input.resume(welcome.input);
    } else {
      const lost = this.#input.restart(welcome.input);
      if (lost > 0) this.#listener.inputLost(lost);
    }
    if (welcome.resumed && welcome.output !== this.#received) throw new Error("resumed elsewhere");
    this.#received = welcome.output;
    this.#place = welcome;
    this.#session = welcome.session;
    this.#refreshed = false;
    this.#liveSince = this.#clock.now();
    this.#renewal.expires(welcome.token_expires_at);
    this.#heartbeat.start();
    this.#listener.welcome(welcome);
    this.#show({ state: "live" });
    if (welcome.resumed) this.parsed(this.#parsed);
    this.resize(this.#options.size());
    this.#flush();
  }

  #onFrame(message: Uint8Array): void {
    const frame = decodeServerFrame(message);
    this.#heartbeat.heard();
    switch (frame.kind) {
      case "output": {
        const end = frame.offset + frame.bytes.length;
        if (frame.offset > this.#received) throw new Error("output is missing");
        if (end <= this.#received) return;
        const bytes = frame.bytes.subarray(this.#received - frame.offset);
        this.#listener.output(this.#received, bytes);
        this.#received = end;
        break;
      }
      case "reset":
        this.#received = frame.offset;
        this.#parsed = frame.offset;
        this.#listener.reset(frame);
        break;
      case "input_ack":
        this.#input.ack(frame.offset);
        this.#flush();
        break;
      default:
        frame satisfies never;
    }
  }

  #onClosed(code: number): void {
    const said = this.#said;
    this.#nextTurn();
    if (this.#exited) {
      this.#end({ code: 1000, problem: "exited", sentence: said?.sentence ?? "The shell exited." });
      return;
    }
    const ending = endingOf(code, said);
    switch (verdict(ending, this.#place !== null)) {
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

  /** Nonsense from the other side is answered with a new connection, never with a broken screen. */
  #guard(act: () => void): void {
    try {
      act();
    } catch {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#socket?.close(GIVEN_UP);
    this.#onClosed(1006);
  }

  #retryLater(because: Ending): void {
    if (this.#place !== null && this.#clock.now() - this.#liveSince >= SETTLED_MS) {
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
    const socket = this.#socket;
    this.#nextTurn();
    socket?.close(1000);
    this.#show({ state: "ended", ending });
  }

  #nextTurn(): number {
    this.#cancelTimer();
    this.#heartbeat.stop();
    this.#renewal.stop();
    this.#socket = null;
    this.#open = false;
    this.#turn += 1;
    return this.#turn;
  }

  #expect(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => this.#giveUp());
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

  #isIn(): boolean {
    return this.#status.state === "live" || this.#status.state === "stalled";
  }

  #flush(): void {
    if (!this.#isIn() || this.#place?.role === "viewer") return;
    for (let next = this.#input.take(); next !== null; next = this.#input.take()) {
      this.#socket?.send(encodeClientFrame({ kind: "input", ...next }));
    }
  }

  #say(message: ClientMessage): void {
    if (this.#open) this.#socket?.send(JSON.stringify(message));
  }
}
