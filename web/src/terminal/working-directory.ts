/** Where the shell is, as its prompt says by OSC 7: `file://host/path`, percent-encoded bytes. */
import type { Terminal } from "@xterm/xterm";

/** Three characters at most stand for a byte of a path of 4096. */
const LONGEST = 3 * 4096 + 300;

/** The percent-encoded path, or null where that is none. */
export function directoryOf(said: string): string | null {
  if (said.length > LONGEST) return null;
  const [, path] = /^file:\/\/[^/]*(\/.*)$/s.exec(said) ?? [];
  if (path === undefined || path.includes("\0")) return null;
  // A shell may leave out the escapes; those that are there stay as they are.
  const escaped = path.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~/%-]+/g, (some) => {
    const bytes = new TextEncoder().encode(some);
    return Array.from(bytes, (b) => `%${b.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
  return /%00/.test(escaped) ? null : escaped;
}

/** Tells whenever the shell says that it is somewhere else. */
export function followDirectory(term: Terminal, moved: (exact: string) => void): void {
  term.parser.registerOscHandler(7, (said) => {
    const directory = directoryOf(said);
    if (directory !== null) moved(directory);
    return true;
  });
}
