/** The terminals of this browser tab, kept so that a reload brings them all back. */
export class KeptTabs {
  readonly #key: string;
  readonly #before: readonly string[];

  constructor(build: string) {
    this.#key = `transom.tabs.${build}`;
    this.#before = read(this.#key);
  }

  /**
   * What was open before, without what is here already. Only where the page came back to one of them:
   * whoever asks for a new terminal gets that, and is offered the others.
   */
  take(here: readonly string[]): string[] {
    if (!here.some((session) => this.#before.includes(session))) return [];
    return this.#before.filter((session) => !here.includes(session));
  }

  keep(sessions: readonly string[]): void {
    try {
      const named = sessions.filter((session) => session !== "");
      sessionStorage.setItem(this.#key, JSON.stringify(named));
    } catch {
      // Where storage is forbidden, a reload comes back to the one in the address.
    }
  }
}

function read(key: string): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter((id): id is string => typeof id === "string").slice(0, 64);
  } catch {
    return [];
  }
}
