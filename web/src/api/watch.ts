/** Follows one build for as long as somebody looks: an event stream that is opened again whenever it ends. */
import type { BuildView } from "../protocol/gen/BuildView";
import type { ShareView } from "../protocol/gen/ShareView";
import { Backoff } from "../transport/backoff";
import type { Cancel, Clock } from "../transport/clock";
import { nothingToCancel } from "../transport/clock";
import { TokenRefused } from "../transport/token";
import { ProblemError } from "./problem";
import type { BuildApi } from "./rest";
import { serverEvents } from "./sse";

export interface Warning {
  minutes: number;
  sentence?: string;
}

export interface BuildListener {
  build(view: BuildView): void;
  /** For those who may share: the links of the build. */
  shares?(links: ShareView[]): void;
  warning(warning: Warning): void;
  /** `retryAt` is null while a try is under way. */
  lost(retryAt: number | null): void;
  /** Nothing more will come. */
  refused(problem: string, sentence: string): void;
}

/** The server writes a comment every 15 s; more silence than this means that the network is gone. */
const SILENCE_MS = 40_000;

export class BuildWatch {
  readonly #api: Pick<BuildApi, "events">;
  readonly #clock: Clock;
  readonly #listener: BuildListener;
  readonly #backoff: Backoff;
  #abort = new AbortController();
  #cancelRetry: Cancel = nothingToCancel;
  #waiting = false;
  #stopped = false;

  constructor(
    api: Pick<BuildApi, "events">,
    clock: Clock,
    random: () => number,
    listener: BuildListener,
  ) {
    this.#api = api;
    this.#clock = clock;
    this.#listener = listener;
    this.#backoff = new Backoff(random);
  }

  start(): void {
    void this.#follow();
  }

  /** The network or the user came back. */
  wake(): void {
    if (!this.#waiting) return;
    this.#listener.lost(null);
    void this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#abort.abort();
  }

  async #follow(): Promise<void> {
    this.#waiting = false;
    this.#cancelRetry();
    const abort = new AbortController();
    this.#abort = abort;
    let cancelSilence: Cancel = nothingToCancel;
    const heard = () => {
      cancelSilence();
      cancelSilence = this.#clock.after(SILENCE_MS, () => abort.abort());
    };
    try {
      heard();
      for await (const event of serverEvents(await this.#api.events(abort.signal))) {
        if (this.#stopped) return;
        heard();
        if (event !== null) this.#take(event.event, event.data);
      }
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof TokenRefused || (error instanceof ProblemError && !error.passes)) {
        this.#listener.refused(error.problem, error.message);
        this.stop();
        return;
      }
    } finally {
      cancelSilence();
    }
    if (!this.#stopped) this.#retryLater();
  }

  #take(event: string, data: string): void {
    this.#backoff.reset();
    if (event === "build") {
      const view = JSON.parse(data) as BuildView;
      this.#listener.build(view);
      if (view.access.state === "ended") this.stop();
    } else if (event === "shares") {
      this.#listener.shares?.(JSON.parse(data) as ShareView[]);
    } else if (event === "warning") {
      this.#listener.warning(JSON.parse(data) as Warning);
    }
  }

  /** The stream also ends when its token does, so the first try is quiet: most of the time it just works. */
  #retryLater(): void {
    const quiet = this.#backoff.tries === 0;
    const ms = this.#backoff.next();
    this.#waiting = true;
    this.#cancelRetry = this.#clock.after(ms, () => void this.#follow());
    if (!quiet) this.#listener.lost(this.#clock.now() + ms);
  }
}
