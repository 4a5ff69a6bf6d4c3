/** Keeps a live connection supplied with tokens: a fresh one about 45 s before the last one expires. */
import { Backoff } from "./backoff";
import { type Cancel, type Clock, nothingToCancel } from "./clock";
import { TokenRefused, type TokenSource } from "./token";

export class Renewal {
  static readonly LEAD_MS = 45_000;
  /** A wrong clock must not turn into a busy loop. */
  static readonly SOONEST_MS = 1000;

  readonly #clock: Clock;
  readonly #tokens: TokenSource;
  readonly #present: (token: string) => void;
  readonly #backoff: Backoff;
  #cancel: Cancel = nothingToCancel;
  #expiresAt = Number.NaN;
  #skewMs = 0;
  #round = 0;

  constructor(
    clock: Clock,
    random: () => number,
    tokens: TokenSource,
    present: (token: string) => void,
  ) {
    this.#clock = clock;
    this.#tokens = tokens;
    this.#present = present;
    this.#backoff = new Backoff(random);
  }

  /** The token in use expires then, by the server's clock. */
  expires(at: string): void {
    this.#expiresAt = Date.parse(at);
    this.#backoff.reset();
    this.#plan();
  }

  /**
   * The server took a new token, which expires then. One that lasts no longer than the last means
   * that access itself ends there: asking again would give no more.
   */
  renewed(at: string): void {
    if (Date.parse(at) > this.#expiresAt) this.expires(at);
    else this.#cancel();
  }

  /** What the server's clock is ahead of ours. */
  setSkew(ms: number): void {
    if (Math.abs(ms - this.#skewMs) < 1000) return;
    this.#skewMs = ms;
    this.#plan();
  }

  stop(): void {
    this.#cancel();
    this.#round += 1;
    this.#expiresAt = Number.NaN;
  }

  #plan(): void {
    this.#cancel();
    this.#round += 1;
    if (Number.isNaN(this.#expiresAt)) return;
    const left = this.#expiresAt - (this.#clock.now() + this.#skewMs);
    const wait = Math.max(Renewal.SOONEST_MS, left - Renewal.LEAD_MS);
    this.#cancel = this.#clock.after(wait, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const round = this.#round;
    try {
      const { token } = await this.#tokens({ fresh: true });
      if (round === this.#round) this.#present(token);
    } catch (error) {
      // Refused: the server will close the connection with the reason when the old token runs out.
      if (round !== this.#round || error instanceof TokenRefused) return;
      this.#cancel = this.#clock.after(this.#backoff.next(), () => void this.#renew());
    }
  }
}
