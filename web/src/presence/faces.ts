/** Initials and colours by which people are told apart on one page. */

/** White text on each is easily read (WCAG AA), and each stands out from a light and from a dark ground. */
export const COLOURS = [
  "#1f5fd0",
  "#0f7a4c",
  "#a34d00",
  "#7a3fc2",
  "#b4235a",
  "#0b7285",
  "#6b5d00",
  "#8a3324",
] as const;

export function initials(name: string): string {
  const words = name
    .replace(/\(.*\)$/, "")
    .split(/[\s._-]+/)
    .filter((word) => word !== "");
  const letters =
    words.length > 1 ? words.slice(0, 2).map((w) => [...w][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

/** A person keeps their colour for as long as the page lives, and nobody else has it while there are others. */
export class Colours {
  readonly #given = new Map<string, number>();

  of(name: string): string {
    let at = this.#given.get(name);
    if (at === undefined) {
      at = this.#free(sum(name) % COLOURS.length);
      this.#given.set(name, at);
    }
    return COLOURS[at] ?? COLOURS[0];
  }

  #free(wanted: number): number {
    const taken = new Set(this.#given.values());
    for (let step = 0; step < COLOURS.length; step += 1) {
      const at = (wanted + step) % COLOURS.length;
      if (!taken.has(at)) return at;
    }
    return wanted;
  }
}

function sum(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum;
}

/** One for all parts of a page. */
export const colours = new Colours();
