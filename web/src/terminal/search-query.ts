/** What is looked for in the output, and how the result is said. */
export interface Query {
  text: string;
  caseSensitive: boolean;
  regex: boolean;
  wholeWord: boolean;
}

/** Matches that are counted and marked; beyond it the count says "or more". */
export const MOST_MATCHES = 1000;

/** Why this cannot be looked for; empty: it can. */
export function troubleWith({ text, regex }: Query): string {
  if (!regex) return "";
  try {
    new RegExp(text);
    return "";
  } catch {
    return "Not a valid expression";
  }
}

/** `index` is -1 while no match is chosen. */
export function countOf({ text }: Query, index: number, count: number): string {
  if (text === "") return "";
  if (count === 0) return "No matches";
  const all = count >= MOST_MATCHES ? `${MOST_MATCHES} or more` : String(count);
  if (index < 0) return count === 1 ? "1 match" : `${all} matches`;
  return `${index + 1} of ${all}`;
}
