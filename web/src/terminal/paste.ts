/** Text on its way from the clipboard to the machine: made harmless, counted, cut into pieces. */
import { UNSEEN } from "./title";

export const PASTE_LIMIT = 1024 * 1024;

const START = "\x1b[200~";
const END = "\x1b[201~";
/** C0 but for tab and newline, DEL, and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** What a terminal line holds while a program reads by lines (Linux N_TTY_BUF_SIZE, sshd's packet). */
const PIECE_BYTES = 4096;
const PREVIEW_LINES = 10;
const PREVIEW_CHARS = 200;

/**
 * Lines end in `\n` and no control character is left but the tab. Text that ends bracketed paste
 * early would be run as if it had been typed, so that mark goes first and as a whole.
 */
export function harmless(text: string): string {
  let clean = text.replace(/\r\n?/g, "\n");
  while (clean.includes(END)) clean = clean.replaceAll(END, "");
  return clean.replace(CONTROLS, "");
}

/** The newline at the end belongs to the last line. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** A continued line loses its backslash, for nothing follows it any more. */
export function asOneLine(text: string): string {
  return linesOf(text)
    .map((line) => line.trim().replace(/\s\\$/, ""))
    .filter((line) => line !== "")
    .join(" ");
}

/** The first lines as they will arrive; what cannot be seen is shown by its number. */
export function preview(text: string): { lines: string[]; more: number } {
  const all = linesOf(text);
  const lines = all.slice(0, PREVIEW_LINES).map((line) => {
    const cut = line.length > PREVIEW_CHARS ? `${line.slice(0, PREVIEW_CHARS)}…` : line;
    return cut.replace(UNSEEN, (c) => (c === "\t" ? c : `<U+${hex(c)}>`));
  });
  return { lines, more: all.length - lines.length };
}

/** Whether a program that does not know that this is a paste would run part of it. */
export function runsAtOnce(text: string, bracketed: boolean): boolean {
  return !bracketed && text.includes("\n");
}

/** What goes to the machine, in pieces that it can take one by one; no character is torn. */
export function* pieces(text: string, bracketed: boolean): Generator<string> {
  const typed = text.replaceAll("\n", "\r");
  let rest = bracketed ? `${START}${typed}${END}` : typed;
  while (rest !== "") {
    const end = pieceEnd(rest);
    yield rest.slice(0, end);
    rest = rest.slice(end);
  }
}

function pieceEnd(text: string): number {
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > PIECE_BYTES) break;
    at += point < 0x10000 ? 1 : 2;
  }
  return at;
}

function hex(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
