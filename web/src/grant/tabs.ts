/** What the tabs of one browser share: a lock per chain, and a channel per build to ask each other. */
import type { AccessToken } from "../transport/token";
import type { ChainState } from "./chain";

export type TabMessage =
  /** `chain` is null in a tab that has none: a link opened in a new tab. */
  | { kind: "ask"; id: string; chain: string | null; fresh: boolean }
  | { kind: "token"; id: string; token: AccessToken; state: ChainState }
  | { kind: "refused"; id: string; problem: string; sentence: string }
  | { kind: "moved"; state: ChainState };

export interface Tabs {
  post(message: TabMessage): void;
  listen(take: (message: TabMessage) => void): void;
  /** Takes the chain's lock if it is free and keeps it as long as the page lives. */
  tryLock(chain: string): Promise<boolean>;
  /** Resolves once the lock is ours. */
  waitLock(chain: string): Promise<void>;
}

export class BrowserTabs implements Tabs {
  readonly #channel: BroadcastChannel;

  constructor(build: string) {
    this.#channel = new BroadcastChannel(`transom.grant.${build}`);
  }

  post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  listen(take: (message: TabMessage) => void): void {
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => take(event.data);
  }

  tryLock(chain: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#request(chain, { ifAvailable: true }, resolve);
    });
  }

  waitLock(chain: string): Promise<void> {
    return new Promise((resolve) => {
      this.#request(chain, {}, () => resolve());
    });
  }

  /** Locks exist in secure contexts only; elsewhere every tab is on its own. */
  #request(chain: string, options: LockOptions, held: (got: boolean) => void): void {
    if (!("locks" in navigator)) {
      held(true);
      return;
    }
    const forGood = new Promise<void>(() => {});
    void navigator.locks.request(`transom.chain.${chain}`, options, (lock) => {
      held(lock !== null);
      return lock === null ? undefined : forGood;
    });
  }
}
