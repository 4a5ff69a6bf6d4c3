/** Notices that nothing comes any more: asks every 5 s while the page is visible, waits 5 s for any sign of life. */
import { type Cancel, type Clock, nothingToCancel } from "./clock";

export interface HeartbeatEvents {
  ping(id: number): void;
  /** Silence for too long; the connection may still recover. */
  stalled(): void;
  recovered(): void;
  /** Silence for so long that a new connection is the better bet. */
  dead(): void;
}

export class Heartbeat {
  static readonly EVERY_MS = 5000;
  static readonly STALLED_MS = 5000;
  static readonly DEAD_MS = 20_000;
  /** Where the page or the network was away, the old socket is dead more often than not. */
  static readonly AWAY_MS = 2500;

  readonly #clock: Clock;
  readonly #events: HeartbeatEvents;
  #cancelPing: Cancel = nothingToCancel;
  #cancelWait: Cancel = nothingToCancel;
  #running = false;
  #visible = true;
  #asked = false;
  #stalled = false;
  #id = 0;

  constructor(clock: Clock, events: HeartbeatEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  start(): void {
    this.stop();
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#cancelPing();
    this.#cancelWait();
    this.#running = false;
    this.#asked = false;
    this.#stalled = false;
  }

  /** Anything at all came from the server. */
  heard(): void {
    if (!this.#running) return;
    this.#cancelWait();
    this.#asked = false;
    if (this.#stalled) {
      this.#stalled = false;
      this.#events.recovered();
    }
  }

  /** Asks at once. */
  probe(): void {
    if (!this.#running || this.#asked) return;
    this.#cancelPing();
    this.#ask();
  }

  /** Asks at once and does not wait long: the page or the network was away. */
  back(): void {
    if (!this.#running) return;
    this.#cancelPing();
    this.#ask();
    this.#cancelWait();
    this.#cancelWait = this.#clock.after(Heartbeat.AWAY_MS, () => this.#events.dead());
  }

  /** A hidden page's timers are throttled, so silence would prove nothing. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (!this.#running) return;
    if (visible) {
      this.back();
    } else {
      this.#cancelPing();
      this.#cancelWait();
      this.#asked = false;
    }
  }

  #schedule(): void {
    if (!this.#visible) return;
    this.#cancelPing = this.#clock.after(Heartbeat.EVERY_MS, () => this.#ask());
  }

  #ask(): void {
    if (!this.#asked) {
      this.#asked = true;
      this.#cancelWait = this.#clock.after(Heartbeat.STALLED_MS, () => {
        this.#stalled = true;
        this.#events.stalled();
        this.#cancelWait = this.#clock.after(Heartbeat.DEAD_MS - Heartbeat.STALLED_MS, () =>
          this.#events.dead(),
        );
      });
    }
    this.#id = (this.#id + 1) >>> 0;
    this.#schedule();
    this.#events.ping(this.#id);
  }
}
