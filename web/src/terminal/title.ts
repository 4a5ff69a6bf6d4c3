/** The name that a program gives its terminal (OSC 0 and 2): text of the machine's choosing. */

const TITLE_CHARS = 200;

/** Controls, and what turns or hides the text around it: marks of direction, of no width, of order. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function cleanTitle(title: string): string {
  const clean = title.replace(UNSEEN, "").trim();
  return clean.length > TITLE_CHARS ? `${clean.slice(0, TITLE_CHARS)}…` : clean;
}
