/**
 * Who has come to a session and who has left it, gathered into few lines. No DOM; the time is an argument.
 *
 * Many who come at once are one line, and whoever reloads their page has neither left nor come.
 */
import type { Company } from "./company";

const GATHER_MS = 800;
/** A page that is loaded again is back by then. */
const RELOAD_MS = 5000;
const MOST_NAMES = 3;

export class Arrivals {
  /** Names of those who are here, as far as has been told or is about to be. */
  #here: ReadonlySet<string> | null = null;
  readonly #came = new Map<string, number>();
  readonly #left = new Map<string, number>();

  /** Who is here now. The first time there is nothing to tell. */
  update({ viewers, me }: Company, now: number): void {
    const mine = viewers.find((viewer) => viewer.id === me)?.person;
    const others = viewers.filter((viewer) => viewer.person !== mine);
    const here = new Set(others.map((viewer) => viewer.name));
    const before = this.#here;
    this.#here = here;
    if (before === null) return;
    for (const name of here) {
      if (before.has(name)) continue;
      if (!this.#left.delete(name)) this.#came.set(name, now);
    }
    for (const name of before) {
      if (here.has(name)) continue;
      if (!this.#came.delete(name)) this.#left.set(name, now);
    }
  }

  /** When `take` will have something to tell; null while nothing has happened. */
  get due(): number | null {
    const dues = [oldest(this.#came, GATHER_MS), oldest(this.#left, RELOAD_MS)];
    const due = Math.min(...dues);
    return Number.isFinite(due) ? due : null;
  }

  take(now: number): string[] {
    return [
      ...gathered(this.#came, GATHER_MS, now, "joined"),
      ...gathered(this.#left, RELOAD_MS, now, "left"),
    ];
  }
}

function oldest(since: ReadonlyMap<string, number>, ms: number): number {
  return Math.min(...since.values()) + ms;
}

function gathered(
  since: Map<string, number>,
  ms: number,
  now: number,
  verb: "joined" | "left",
): string[] {
  if (since.size === 0 || oldest(since, ms) > now) return [];
  const all = [...since.keys()];
  since.clear();
  return [`${listed(all)} ${verb}`];
}

/** "Kim", "Kim and Lee", "Kim, Lee, Ravi and 4 others". */
export function listed(names: readonly string[]): string {
  const shown = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names;
  const more = names.length - shown.length;
  const parts = more === 0 ? [...shown] : [...shown, `${more} others`];
  const last = parts.pop() ?? "";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}
