/** One element's stay in one session: what the connection says, drawn; what is typed, sent. */
import type { Company } from "../presence/company";
import { OUTPUT_WINDOW_BYTES } from "../protocol/gen/limits";
import type { Role } from "../protocol/gen/Role";
import type { Size } from "../protocol/gen/Size";
import type { Welcome } from "../protocol/gen/Welcome";
import type { SocketFactory } from "../transport/socket";
import type { Exit, Reset, Status, TerminalListener } from "../transport/status";
import { TerminalConnection } from "../transport/terminal-connection";
import type { TokenSource } from "../transport/token";
import { Announcer } from "../ui/announcer";
import { browserClock } from "../ui/browser-clock";
import { openBrowserSocket, socketAddress } from "../ui/browser-socket";
import { announce } from "../ui/events";
import { Characters } from "./characters";
import { Gauge } from "./gauge";
import { HANDFUL_BYTES, OutputQueue } from "./output-queue";
import { exitLine, skippedLine } from "./remark";
import { History, isFocusReport, muteReplies } from "./replies";
import type { Screen } from "./screen";
import { startAfresh } from "./slate";

export interface AttachmentOptions {
  element: EventTarget;
  screen: Screen;
  /** Empty: open a new terminal. */
  session: string;
  server: string;
  tokens: TokenSource;
  openSocket?: SocketFactory | undefined;
  /** Whether what the screen showed before stays as history. */
  keepHistory: boolean;
  onStatus: (status: Status) => void;
  onRole: (role: Role) => void;
  onCompany: (company: Company) => void;
  onRefused: (sentence: string) => void;
  onSession: (session: string) => void;
  onRemark: (text: string) => void;
}

const encoder = new TextEncoder();
const FALLBACK: Size = { cols: 80, rows: 24 };
const NOTHING = new Uint8Array(0);
/** Ctrl-C, Ctrl-\ and Ctrl-Z, and the backlog from which on the server skips it, in bytes. */
const INTERRUPTS: ReadonlySet<number> = new Set([0x03, 0x1c, 0x1a]);
const WORTH_SKIPPING = 32 * 1024;
/** A server that skips nothing is not waited for any longer. */
const SKIP_MS = 300;
/** Output is told of at most this often. */
const ACTIVITY_MS = 500;

export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #screen: Screen;
  readonly #connection: TerminalConnection;
  readonly #queue: OutputQueue;
  readonly #history = new History();
  readonly #announcer: Announcer;
  readonly #muted: { dispose(): void };
  readonly #characters = new Characters();
  #driver: string | null = null;
  /** Offset behind all output that is on the screen or on its way there. */
  #shown = 0;
  readonly #gauge = new Gauge();
  #skipping: ReturnType<typeof setTimeout> | undefined;
  #activeAt = Number.NEGATIVE_INFINITY;
  #exited = false;
  #disposed = false;

  constructor(options: AttachmentOptions) {
    const { screen, session, server, tokens } = options;
    this.#options = options;
    this.#announcer = new Announcer(options.element);
    this.#screen = screen;
    screen.letterbox(false);
    screen.resize(screen.boxSize ?? FALLBACK);
    this.#muted = muteReplies(screen.term, () => this.mayAnswer);
    this.#queue = new OutputQueue(
      { write: (bytes, parsed) => this.#write(bytes, parsed) },
      (offset) => this.#connection.parsed(offset),
    );
    this.#queue.reset(0, (done) => this.#afresh(options.keepHistory, null, NOTHING, done));
    this.#connection = new TerminalConnection({
      url: socketAddress(server),
      session: session === "" ? undefined : session,
      size: () => screen.boxSize ?? screen.size,
      tokens,
      openSocket: options.openSocket ?? openBrowserSocket,
      clock: browserClock,
      random: Math.random,
      listener: this.#listener(),
    });
    this.setVisible(!document.hidden);
    this.#connection.start();
  }

  get session(): string {
    return this.#connection.place?.session ?? this.#options.session;
  }

  get waitsForNewShell(): boolean {
    return this.#exited && this.mayType;
  }

  /** Whether what is parsed was made now, and is no replay. */
  get isNow(): boolean {
    return !this.#history.past;
  }

  /** Whether this viewer answers for the terminal: it drives, and what is parsed was made now. */
  get mayAnswer(): boolean {
    return this.isNow && this.mayType && this.#driver !== null && this.#drives();
  }

  get mayType(): boolean {
    return this.#connection.place?.role === "controller";
  }

  takeControl(): void {
    this.#connection.takeControl();
  }

  giveControl(viewer: string): void {
    this.#connection.giveControl(viewer);
  }

  refuseControl(viewer: string): void {
    this.#connection.refuseControl(viewer);
  }

  type(text: string): void {
    if (!isFocusReport(text) || this.mayAnswer) this.input(encoder.encode(text));
  }

  input(bytes: Uint8Array): void {
    this.#connection.send(bytes);
    const interrupts = bytes.some((byte) => INTERRUPTS.has(byte));
    // In a flood most of the backlog is still on its way.
    const behind = this.#queue.waiting > WORTH_SKIPPING || this.#gauge.isFlood(performance.now());
    if (interrupts && this.mayType && behind) this.#skipSoon();
  }

  /** Who drives asks the server first, so that everybody reflows at the same byte. */
  boxChanged(size: Size): void {
    if (this.#connection.place === null || this.#connection.status.state === "ended") {
      this.#screen.resize(size);
    } else {
      this.#connection.resize(size);
      this.#letterbox();
    }
  }

  reconnect(): void {
    if (this.#connection.status.state === "stalled") this.#connection.renewSocket();
    else if (this.#connection.status.state === "ended") this.#connection.start();
    else this.#connection.wake();
  }

  wake(): void {
    this.#connection.wake();
  }

  online(): void {
    this.#connection.online();
  }

  /** A hidden page's timers run once a second or more seldom, so a turn of the emulator has to take in more. */
  setVisible(visible: boolean): void {
    this.#queue.handful = visible ? HANDFUL_BYTES : OUTPUT_WINDOW_BYTES;
    this.#connection.setVisible(visible);
  }

  /** The page goes. */
  unload(): void {
    this.#connection.leave(true);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#skipping);
    this.#muted.dispose();
    this.#connection.leave();
  }

  #write(bytes: Uint8Array, parsed: () => void): void {
    this.#screen.term.write(this.#characters.whole(bytes), () => {
      parsed();
      this.#screen.frames?.parsed(bytes.length, !this.#queue.isEmpty);
    });
  }

  /** The server skips the backlog (`session/terminal/flush.rs`) and sends a reset; what is here waits for that. */
  #skipSoon(): void {
    this.#queue.paused = true;
    this.#screen.frames?.wait();
    clearTimeout(this.#skipping);
    this.#skipping = setTimeout(() => {
      this.#queue.paused = false;
    }, SKIP_MS);
  }

  #listener(): TerminalListener {
    const { onRemark } = this.#options;
    const alive =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#disposed) act(...args);
      };
    return {
      status: alive((status) => this.#onStatus(status)),
      welcome: alive((welcome) => this.#onWelcome(welcome)),
      output: alive((offset, bytes) => {
        this.#shown = offset + bytes.length;
        this.#gauge.add(bytes.length, performance.now());
        this.#tellActivity(offset);
        this.#history.split(
          offset,
          bytes,
          (at, piece) => this.#queue.push(at, piece),
          (run) => this.#queue.act(run),
        );
      }),
      reset: alive((reset) => this.#onReset(reset)),
      screen: alive((bytes) => this.#queue.hold((done) => this.#onScreen(bytes, done))),
      size: alive((size) => this.#queue.act(() => this.#take(size))),
      exit: alive((exit) => this.#queue.act(() => this.#onExit(exit))),
      controlRefused: alive(this.#options.onRefused),
      presence: alive((viewers, driver, control) => {
        this.#driver = driver;
        const { viewer: me = "", role } = this.#connection.place ?? {};
        if (role !== undefined) this.#options.onRole(role);
        this.#options.onCompany({ viewers, control, me });
        announce(this.#options.element, "transom-presence", { viewers, driver, control, me });
        this.#letterbox();
      }),
      access: alive((notice) => this.#announcer.access(notice)),
      inputLost: alive(() => onRemark("What you typed last may not have arrived.")),
    };
  }

  #onStatus(status: Status): void {
    this.#options.onStatus(status);
    this.#announcer.status(status);
  }

  #onWelcome(welcome: Welcome): void {
    const { onRole, onSession } = this.#options;
    const { session, role, size, output, history } = welcome;
    this.#history.ends(history);
    this.#queue.act(() => {
      this.#history.enter(output);
      this.#take(size);
    });
    onRole(role);
    onSession(session);
    this.#announcer.welcome(welcome);
  }

  /** What was shown before stays as history, except where it comes again. */
  #onReset({ offset, skipped, size, screen }: Reset): void {
    const comesAgain = offset < this.#shown;
    const remark = skipped > 0 ? skippedLine(skipped) : null;
    this.#shown = offset;
    this.#queue.reset(offset, (done) => {
      this.#history.enter(offset);
      this.#take(size);
      this.#afresh(!comesAgain, remark, screen, done);
    });
  }

  /** An empty screen, then `screen` on it; nobody is answered meanwhile. */
  #afresh(keep: boolean, remark: string | null, screen: Uint8Array, done: () => void): void {
    const { term } = this.#screen;
    this.#history.redraws(true);
    // What the emulator holds already belongs to the past.
    term.write("", () => {
      if (!keep) term.reset();
      this.#screen.resetOptions();
      startAfresh(term, remark);
      this.#characters.reset();
      term.write(this.#characters.whole(screen), () => {
        this.#history.redraws(false);
        this.#screen.frames?.now();
        done();
      });
    });
  }

  /** More of the screen of the last reset. */
  #onScreen(bytes: Uint8Array, done: () => void): void {
    this.#history.redraws(true);
    this.#screen.term.write(this.#characters.whole(bytes), () => {
      this.#history.redraws(false);
      done();
    });
  }

  #onExit(exit: Exit): void {
    this.#exited = true;
    const { status, signal } = exit;
    this.#screen.remark(`\r\n${exitLine(status, signal, this.mayType)}`);
    announce(this.#options.element, "transom-exit", exit);
  }

  #take(size: Size): void {
    this.#screen.resize(size);
    this.#letterbox();
  }

  #letterbox(): void {
    const screen = this.#screen;
    const own = screen.boxSize;
    const fits = own?.cols === screen.size.cols && own.rows === screen.size.rows;
    screen.letterbox(this.#connection.place !== null && !this.#drives() && !fits);
  }

  #drives(): boolean {
    return this.#driver === null || this.#driver === this.#connection.place?.viewer;
  }

  /** Replays of the past are no news. */
  #tellActivity(offset: number): void {
    const now = performance.now();
    if (this.#history.isPast(offset) || now - this.#activeAt < ACTIVITY_MS) return;
    this.#activeAt = now;
    announce(this.#options.element, "transom-activity", {});
  }
}
