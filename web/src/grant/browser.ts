/** The grant of a page: the code from its address, its secrets in this tab's own storage. */
import { Desk } from "../api/rest";
import { browserClock } from "../ui/browser-clock";
import type { ChainState } from "./chain";
import { Grant, type GrantStore } from "./grant";
import { BrowserTabs } from "./tabs";

/** Takes the code out of the address bar at once: it must not end up in a screenshot or a bookmark. */
export function takeCode(): string | null {
  const code = location.hash.slice(1);
  if (location.hash !== "")
    history.replaceState(history.state, "", location.pathname + location.search);
  return code === "" ? null : code;
}

export function grantFor(build: string, code: string | null): Grant {
  return new Grant({
    code,
    store: sessionStore(`transom.grant.${build}`),
    desk: new Desk(),
    tabs: new BrowserTabs(build),
    clock: browserClock,
    secret,
  });
}

/** A guest's chain begins with the renewal that came with their invitation. */
export function keepChain(build: string, renewal: string): void {
  sessionStore(`transom.grant.${build}`).write({ id: secret(), renewal });
}

/** 256 random bits as base64url. */
export function secret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function sessionStore(key: string): GrantStore {
  return {
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? "null") as ChainState | null;
      } catch {
        return null;
      }
    },
    write(state) {
      sessionStorage.setItem(key, JSON.stringify(state));
    },
  };
}
