/**
 * The chain of renewal secrets that keeps one tab signed in to one build.
 *
 * Secrets are made here and written down before they are sent: if a reply is lost, the very same pair
 * is sent again. Another `next` for a renewal that was used would look like theft and revoke the chain.
 */
import type { GrantReply } from "../api/rest";
import type { AccessToken } from "../transport/token";

export interface ChainState {
  /** Names the chain among tabs; opens nothing. */
  id: string;
  renewal: string;
  /** Set while a renewal may be under way. */
  next?: string;
  /** Set until the page code was swapped. */
  code?: string;
  /** What this tab had before it was opened with a new code. */
  previous?: ChainState;
}

export interface ChainDesk {
  redeem(code: string, renewal: string): Promise<GrantReply>;
  renew(renewal: string, next: string): Promise<GrantReply>;
}

export class Chain {
  readonly #desk: ChainDesk;
  readonly #secret: () => string;
  readonly #write: (state: ChainState) => void;
  #state: ChainState;

  constructor(
    state: ChainState,
    desk: ChainDesk,
    secret: () => string,
    write: (state: ChainState) => void,
  ) {
    this.#state = state;
    this.#desk = desk;
    this.#secret = secret;
    this.#write = write;
  }

  get state(): ChainState {
    return this.#state;
  }

  /** Another tab has moved the chain on. */
  follow(state: ChainState): void {
    this.#set(state);
  }

  async advance(): Promise<AccessToken> {
    const { id, code, renewal } = this.#state;
    if (code !== undefined) {
      this.#set(this.#state);
      const reply = await this.#desk.redeem(code, renewal);
      this.#set({ id, renewal });
      return reply;
    }
    const next = this.#state.next ?? this.#secret();
    this.#set({ id, renewal, next });
    const reply = await this.#desk.renew(renewal, next);
    this.#set({ id, renewal: next });
    return reply;
  }

  #set(state: ChainState): void {
    this.#state = state;
    this.#write(state);
  }
}
