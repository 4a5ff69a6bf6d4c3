/** One element's stay in one desktop: what the connection says, drawn; what is done, sent. */
import type { Company } from "../presence/company";
import type { DesktopClientFrame } from "../protocol/desktop-frame";
import type { ControlInfo } from "../protocol/gen/ControlInfo";
import type { DesktopState } from "../protocol/gen/DesktopState";
import type { PointerInfo } from "../protocol/gen/PointerInfo";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import type { Welcome } from "../protocol/gen/Welcome";
import { DesktopConnection } from "../transport/desktop-connection";
import type { SocketFactory } from "../transport/socket";
import type { DesktopListener, Status } from "../transport/status";
import type { TokenSource } from "../transport/token";
import { Announcer } from "../ui/announcer";
import { browserClock } from "../ui/browser-clock";
import { openBrowserSocket, socketAddress } from "../ui/browser-socket";
import { announce } from "../ui/events";
import { Stage } from "./stage";
import { Traffic } from "./traffic";

/** Who has pointer and keys. */
export type Control = "mine" | "theirs" | "watching";

export interface AttachmentOptions {
  element: EventTarget;
  box: HTMLElement;
  canvas: HTMLCanvasElement;
  /** Lies over the picture. */
  layer: HTMLElement;
  /** Empty: open the desktop. */
  session: string;
  server: string;
  tokens: TokenSource;
  openSocket?: SocketFactory | undefined;
  onStatus: (status: Status) => void;
  onControl: (control: Control, driver: string) => void;
  onCompany: (company: Company) => void;
  onRefused: (sentence: string) => void;
  onPointers: (pointers: readonly PointerInfo[]) => void;
  onSession: (session: string) => void;
  onState: (state: DesktopState) => void;
  onCopied: (text: string) => void;
  onBell: () => void;
}

const encoder = new TextEncoder();
const COUNT_MS = 1000;

export class Attachment {
  readonly stage: Stage;
  readonly #options: AttachmentOptions;
  readonly #connection: DesktopConnection;
  readonly #announcer: Announcer;
  readonly #traffic = new Traffic();
  readonly #counting: ReturnType<typeof setInterval>;
  #control: Control = "watching";
  #disposed = false;

  constructor(options: AttachmentOptions) {
    const { element, box, canvas, layer, session, server, tokens } = options;
    this.#options = options;
    this.#announcer = new Announcer(element);
    this.stage = new Stage(box, canvas, layer, {
      shown: (number, drawMs) => {
        this.#traffic.shown(drawMs, performance.now());
        this.#connection.shown(number);
      },
      // Nothing that follows would fit; a new connection starts with the whole picture.
      failed: () => this.#connection.renewSocket(),
    });
    this.#connection = new DesktopConnection({
      url: socketAddress(server),
      session: session === "" ? undefined : session,
      tokens,
      openSocket: options.openSocket ?? openBrowserSocket,
      clock: browserClock,
      random: Math.random,
      listener: this.#listener(),
    });
    this.#counting = setInterval(() => this.#count(), COUNT_MS);
    this.setVisible(!document.hidden);
    this.#connection.start();
  }

  get session(): string {
    return this.#connection.place?.session ?? this.#options.session;
  }

  /** Whether keys and pointer reach the machine now. */
  get controls(): boolean {
    return this.#control === "mine";
  }

  get mayControl(): boolean {
    return this.#connection.place?.role === "controller";
  }

  /** As far as is known. */
  get mayOpen(): boolean {
    return this.#connection.place?.role !== "viewer";
  }

  /** Whether keys go anywhere; otherwise the page keeps them. */
  get isHeard(): boolean {
    return this.controls && this.#connection.status.state === "live";
  }

  act(frame: DesktopClientFrame): boolean {
    return this.controls && this.#connection.act(frame);
  }

  takeControl(): void {
    if (this.mayControl) this.#connection.act({ kind: "take_control" });
    else this.#connection.takeControl();
  }

  giveControl(viewer: string): void {
    this.#connection.giveControl(viewer);
  }

  refuseControl(viewer: string): void {
    this.#connection.refuseControl(viewer);
  }

  /** Shows the others where this viewer points; the machine does not learn of it. */
  point({ x, y }: { x: number; y: number }): void {
    this.#connection.point(x, y);
  }

  /** Puts a text on the machine's clipboard; false where it did not go out. */
  paste(text: string): boolean {
    return this.controls && this.#connection.paste(encoder.encode(text));
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

  setVisible(visible: boolean): void {
    this.#connection.setVisible(visible);
  }

  /** The page goes. */
  unload(): void {
    this.#connection.leave(true);
  }

  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#counting);
    this.stage.dispose();
    this.#connection.leave();
  }

  #listener(): DesktopListener {
    const { onState, onCopied, onBell } = this.#options;
    const alive =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#disposed) act(...args);
      };
    const decoder = new TextDecoder();
    return {
      status: alive((status) => {
        this.#options.onStatus(status);
        this.#announcer.status(status);
      }),
      welcome: alive((welcome) => this.#onWelcome(welcome)),
      picture: alive((number, isLast, ops) => {
        this.#traffic.came(ops.length);
        this.stage.push(number, isLast, ops);
      }),
      state: alive((state) => {
        onState(state);
        announce(this.#options.element, "transom-desktop", state);
      }),
      bell: alive(onBell),
      copied: alive((text) => onCopied(decoder.decode(text))),
      exit: alive((exit) => announce(this.#options.element, "transom-exit", exit)),
      presence: alive((viewers, driver, control) => this.#onPresence(viewers, driver, control)),
      controlRefused: alive(this.#options.onRefused),
      pointers: alive(this.#options.onPointers),
      access: alive((notice) => this.#announcer.access(notice)),
    };
  }

  #onWelcome(welcome: Welcome): void {
    this.stage.restart();
    this.#options.onSession(welcome.session);
    this.#announcer.welcome(welcome);
  }

  #onPresence(viewers: readonly ViewerInfo[], driver: string | null, control: ControlInfo): void {
    const me = this.#connection.place?.viewer ?? "";
    const mine = driver === me;
    this.#control = !this.mayControl ? "watching" : mine ? "mine" : "theirs";
    const name = viewers.find((v) => v.id === driver)?.name ?? "";
    this.#options.onControl(this.#control, name);
    this.#options.onCompany({ viewers, control, me });
    announce(this.#options.element, "transom-presence", { viewers, driver, control, me });
  }

  #count(): void {
    const network = this.#traffic.take(performance.now(), this.stage.takeCodecs());
    if (network !== null) announce(this.#options.element, "transom-network", network);
  }
}
