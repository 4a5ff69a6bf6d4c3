/** What this tab may do with one build: the source of its access tokens. */
import { ProblemError, UnreachableError } from "../api/problem";
import { PROBLEMS } from "../protocol/gen/problems";
import type { Clock } from "../transport/clock";
import { type AccessToken, TokenRefused, type TokenRequest } from "../transport/token";
import { Chain, type ChainDesk, type ChainState } from "./chain";
import type { TabMessage, Tabs } from "./tabs";

export interface GrantStore {
  read(): ChainState | null;
  write(state: ChainState): void;
}

export interface GrantParts {
  /** The page code, where the page was opened with one. */
  code: string | null;
  store: GrantStore;
  desk: ChainDesk;
  tabs: Tabs;
  clock: Clock;
  secret: () => string;
}

/** A token that has less time left than this is not handed out any more. */
const SPARE_MS = 60_000;
/** Other tabs of the same browser answer within milliseconds. */
const STRANGER_MS = 700;
const SIBLING_MS = 6000;

export class Grant {
  readonly #parts: GrantParts;
  #chain: Chain | null = null;
  #holds = false;
  #promoted: Promise<void> = new Promise(() => {});
  #token: AccessToken | null = null;
  #flight: Promise<AccessToken> | null = null;
  readonly #ready: Promise<void>;
  readonly #answers = new Map<string, (message: TabMessage) => void>();

  constructor(parts: GrantParts) {
    this.#parts = parts;
    parts.tabs.listen((message) => this.#onMessage(message));
    this.#ready = this.#enter();
  }

  /** Concurrent callers share one request. */
  readonly token = async (request: TokenRequest = { fresh: false }): Promise<AccessToken> => {
    await this.#ready;
    if (!request.fresh && this.#token !== null && this.#isGood(this.#token)) return this.#token;
    this.#flight ??= this.#obtain(request.fresh).finally(() => {
      this.#flight = null;
    });
    return this.#flight;
  };

  async #enter(): Promise<void> {
    const { code, store, secret } = this.#parts;
    const stored = store.read();
    if (code !== null) {
      const previous = stored === null ? {} : { previous: stored };
      const fresh: ChainState = { id: secret(), renewal: secret(), code, ...previous };
      store.write(fresh);
      await this.#join(fresh);
    } else if (stored !== null) {
      await this.#join(stored);
    }
  }

  async #join(state: ChainState): Promise<void> {
    const { store, desk, secret, tabs } = this.#parts;
    this.#chain = new Chain(state, desk, secret, (next) => {
      store.write(next);
      if (this.#holds) tabs.post({ kind: "moved", state: next });
    });
    this.#holds = await tabs.tryLock(state.id);
    if (this.#holds) return;
    this.#promoted = tabs.waitLock(state.id).then(() => {
      this.#holds = true;
    });
  }

  async #obtain(fresh: boolean): Promise<AccessToken> {
    try {
      const token = this.#holds ? await this.#advance() : await this.#askSiblings(fresh);
      this.#token = token;
      return token;
    } catch (error) {
      if (error instanceof ProblemError && !error.passes) {
        throw new TokenRefused(error.problem, error.message);
      }
      throw error;
    }
  }

  /** A code that was used already opens nothing, but what this tab had before still does. */
  async #advance(): Promise<AccessToken> {
    const chain = this.#chain;
    if (chain === null) throw new TokenRefused("token-missing", PROBLEMS["token-missing"].sentence);
    const { code, previous } = chain.state;
    try {
      return await chain.advance();
    } catch (error) {
      const spent = error instanceof ProblemError && error.problem === "code-invalid";
      if (!spent || code === undefined || previous === undefined) throw error;
      this.#parts.store.write(previous);
      await this.#join(previous);
      return this.#holds ? await this.#advance() : await this.#askSiblings(false);
    }
  }

  async #askSiblings(fresh: boolean): Promise<AccessToken> {
    const { tabs, clock, secret } = this.#parts;
    const id = secret();
    const chain = this.#chain?.state.id ?? null;
    const answer = new Promise<TabMessage | null>((resolve) => {
      this.#answers.set(id, resolve);
      clock.after(chain === null ? STRANGER_MS : SIBLING_MS, () => resolve(null));
    });
    tabs.post({ kind: "ask", id, chain, fresh });
    const message = await Promise.race([answer, this.#promoted.then(() => "promoted" as const)]);
    this.#answers.delete(id);
    if (message === "promoted") return await this.#advance();
    if (message?.kind === "refused") throw new TokenRefused(message.problem, message.sentence);
    if (message?.kind !== "token") {
      if (chain !== null) throw new UnreachableError();
      throw new TokenRefused("token-missing", PROBLEMS["token-missing"].sentence);
    }
    if (this.#chain === null) {
      this.#parts.store.write(message.state);
      await this.#join(message.state);
    }
    return message.token;
  }

  #onMessage(message: TabMessage): void {
    switch (message.kind) {
      case "ask":
        void this.#answer(message);
        break;
      case "moved":
        if (!this.#holds && message.state.id === this.#chain?.state.id) {
          this.#chain.follow(message.state);
        }
        break;
      case "token":
      case "refused":
        this.#answers.get(message.id)?.(message);
        break;
      default:
        message satisfies never;
    }
  }

  async #answer({ id, chain, fresh }: Extract<TabMessage, { kind: "ask" }>): Promise<void> {
    const mine = this.#chain;
    if (!this.#holds || mine === null || (chain !== null && chain !== mine.state.id)) return;
    const { tabs } = this.#parts;
    try {
      const token = await this.token({ fresh });
      tabs.post({ kind: "token", id, token, state: mine.state });
    } catch (error) {
      if (!(error instanceof TokenRefused)) return;
      tabs.post({ kind: "refused", id, problem: error.problem, sentence: error.message });
    }
  }

  #isGood(token: AccessToken): boolean {
    return Date.parse(token.expires_at) - this.#parts.clock.now() > SPARE_MS;
  }
}
