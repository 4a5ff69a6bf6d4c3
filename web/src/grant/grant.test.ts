import { beforeEach, describe, expect, it } from "vitest";
import { ProblemError, UnreachableError } from "../api/problem";
import type { GrantReply } from "../api/rest";
import { FakeClock, settle } from "../transport/fakes";
import type { ChainDesk, ChainState } from "./chain";
import { Grant, type GrantStore } from "./grant";
import type { TabMessage, Tabs } from "./tabs";

/** One browser: locks and a channel that its tabs share. */
class FakeBrowser {
  readonly #tabs: FakeTabs[] = [];
  readonly #holders = new Map<string, FakeTabs>();
  #waiting: { chain: string; tab: FakeTabs; got: () => void }[] = [];

  tab(): FakeTabs {
    const tab = new FakeTabs(this);
    this.#tabs.push(tab);
    return tab;
  }

  post(from: FakeTabs, message: TabMessage): void {
    const copy = structuredClone(message);
    for (const tab of this.#tabs) {
      if (tab !== from) void Promise.resolve().then(() => tab.take(copy));
    }
  }

  lock(chain: string, tab: FakeTabs): boolean {
    if (this.#holders.has(chain)) return false;
    this.#holders.set(chain, tab);
    return true;
  }

  wait(chain: string, tab: FakeTabs): Promise<void> {
    return new Promise((got) => this.#waiting.push({ chain, tab, got }));
  }

  close(gone: FakeTabs): void {
    this.#tabs.splice(this.#tabs.indexOf(gone), 1);
    for (const [chain, holder] of this.#holders) {
      if (holder !== gone) continue;
      const next = this.#waiting.find((w) => w.chain === chain && w.tab !== gone);
      if (next === undefined) {
        this.#holders.delete(chain);
      } else {
        this.#holders.set(chain, next.tab);
        this.#waiting = this.#waiting.filter((w) => w !== next);
        next.got();
      }
    }
  }
}

class FakeTabs implements Tabs {
  readonly #browser: FakeBrowser;
  take: (message: TabMessage) => void = () => {};

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  post(message: TabMessage): void {
    this.#browser.post(this, message);
  }

  listen(take: (message: TabMessage) => void): void {
    this.take = take;
  }

  async tryLock(chain: string): Promise<boolean> {
    return this.#browser.lock(chain, this);
  }

  waitLock(chain: string): Promise<void> {
    return this.#browser.wait(chain, this);
  }
}

/** Behaves as the server does: a pair may be sent twice, another pair for a used secret kills the chain. */
class FakeDesk implements ChainDesk {
  readonly sent: string[] = [];
  readonly #used = new Map<string, string>();
  loseReplies = 0;
  revoked = false;
  onSend: () => void = () => {};

  redeem(code: string, renewal: string): Promise<GrantReply> {
    return this.#swap(`code:${code}`, renewal);
  }

  renew(renewal: string, next: string): Promise<GrantReply> {
    return this.#swap(renewal, next);
  }

  async #swap(old: string, next: string): Promise<GrantReply> {
    this.onSend();
    this.sent.push(`${old}>${next}`);
    const before = this.#used.get(old);
    if (before !== undefined && before !== next) {
      if (!old.startsWith("code:")) this.revoked = true;
      throw new ProblemError("code-invalid", 401, "Used.", null);
    }
    this.#used.set(old, next);
    if (this.revoked) throw new ProblemError("revoked", 403, "Revoked.", null);
    if (this.loseReplies > 0) {
      this.loseReplies -= 1;
      throw new UnreachableError();
    }
    const token = `token-${this.sent.length}`;
    return { token, expires_at: clock.in(300), build: "b1", capabilities: [] };
  }
}

class FakeStore implements GrantStore {
  state: ChainState | null = null;

  read(): ChainState | null {
    return structuredClone(this.state);
  }

  write(state: ChainState): void {
    this.state = structuredClone(state);
  }
}

let clock: FakeClock;
let browser: FakeBrowser;
let desk: FakeDesk;
let secrets: number;

beforeEach(() => {
  clock = new FakeClock();
  browser = new FakeBrowser();
  desk = new FakeDesk();
  secrets = 0;
});

function open(store: GrantStore, code: string | null = null, tabs = browser.tab()): Grant {
  const secret = () => {
    secrets += 1;
    return `secret-${secrets}`;
  };
  return new Grant({ code, store, desk, tabs, clock, secret });
}

describe("a tab", () => {
  it("swaps its code once and hands out the token until it is old", async () => {
    const grant = open(new FakeStore(), "c1");
    expect((await grant.token()).token).toBe("token-1");
    expect((await grant.token()).token).toBe("token-1");
    await clock.advance(250_000);
    expect((await grant.token()).token).toBe("token-2");
    expect(desk.sent).toEqual(["code:c1>secret-2", "secret-2>secret-3"]);
  });

  it("writes its secrets down before it sends them", async () => {
    const store = new FakeStore();
    desk.onSend = () => expect(store.state).not.toBeNull();
    const grant = open(store, "c1");
    await grant.token();
    desk.onSend = () => expect(store.state?.next).toBe("secret-3");
    await grant.token({ fresh: true });
    expect(store.state).toEqual({ id: "secret-1", renewal: "secret-3" });
  });

  it("sends the very same pair again after a lost reply, even over a reload", async () => {
    const store = new FakeStore();
    desk.loseReplies = 1;
    const tabs = browser.tab();
    await expect(open(store, "c1", tabs).token()).rejects.toBeInstanceOf(UnreachableError);
    browser.close(tabs);
    const reloaded = browser.tab();
    await open(store, null, reloaded).token();
    browser.close(reloaded);
    desk.loseReplies = 1;
    const again = browser.tab();
    await expect(open(store, null, again).token()).rejects.toBeInstanceOf(UnreachableError);
    browser.close(again);
    await open(store).token();
    expect(desk.sent[0]).toBe(desk.sent[1]);
    expect(desk.sent[2]).toBe(desk.sent[3]);
    expect(desk.revoked).toBe(false);
  });

  it("asks once for callers that come at the same time", async () => {
    const grant = open(new FakeStore(), "c1");
    const [a, b] = await Promise.all([grant.token(), grant.token({ fresh: true })]);
    expect(a).toBe(b);
    expect(desk.sent.length).toBe(1);
  });

  it("falls back to what it had when it is opened with a used code", async () => {
    const store = new FakeStore();
    const tabs = browser.tab();
    await open(store, "c1", tabs).token();
    browser.close(tabs);
    expect((await open(store, "c1").token()).token).toBe("token-3");
    expect(store.state?.previous).toBeUndefined();
  });

  it("says what the server said where nothing is left", async () => {
    await open(new FakeStore(), "c1").token();
    const other = open(new FakeStore(), "c1").token();
    await expect(other).rejects.toMatchObject({ problem: "code-invalid" });
  });

  it("without a code finds out quickly that nobody lets it in", async () => {
    const token = open(new FakeStore()).token();
    await settle();
    const refused = expect(token).rejects.toMatchObject({ problem: "token-missing" });
    await clock.advance(1000);
    await refused;
  });
});

describe("a duplicated tab", () => {
  async function twoTabs() {
    const first = new FakeStore();
    const firstTabs = browser.tab();
    const grant = open(first, "c1", firstTabs);
    await grant.token();
    const second = new FakeStore();
    second.state = first.read();
    return { grant, first, firstTabs, second, copy: open(second) };
  }

  it("gets its tokens from the first and never uses the chain itself", async () => {
    const { copy } = await twoTabs();
    expect((await copy.token()).token).toBe("token-1");
    expect((await copy.token({ fresh: true })).token).toBe("token-2");
    expect(desk.revoked).toBe(false);
  });

  it("takes the chain over where it stands when the first is closed", async () => {
    const { grant, firstTabs, copy } = await twoTabs();
    await copy.token();
    await grant.token({ fresh: true });
    await grant.token({ fresh: true });
    await settle();
    browser.close(firstTabs);
    await settle();
    expect((await copy.token({ fresh: true })).token).toBe("token-4");
    expect(desk.revoked).toBe(false);
  });

  it("stops waiting for an answer when the first is closed meanwhile", async () => {
    const { firstTabs, copy } = await twoTabs();
    firstTabs.take = () => {};
    const token = copy.token();
    await settle();
    browser.close(firstTabs);
    expect((await token).token).toBe("token-2");
  });

  it("can also be a link opened in a new tab, with nothing stored", async () => {
    const { grant, firstTabs } = await twoTabs();
    const store = new FakeStore();
    const stranger = open(store);
    expect((await stranger.token()).token).toBe("token-1");
    await grant.token({ fresh: true });
    await settle();
    browser.close(firstTabs);
    await settle();
    expect((await stranger.token({ fresh: true })).token).toBeDefined();
    expect(desk.revoked).toBe(false);
  });
});
