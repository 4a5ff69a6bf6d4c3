/** Which key means what to the page and not to the machine. */
import { isMac, isWindows } from "./platform";

export type KeyMeaning =
  | "copy"
  /** The browser copies by itself; afterwards nothing is selected, so that a second Ctrl+C interrupts. */
  | "copy-by-browser"
  /** The browser makes a paste event of it. */
  | "paste-by-browser"
  | "find"
  | "larger"
  | "smaller"
  | "usual-size"
  | "screen-reader";

export type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "shiftKey" | "metaKey" | "altKey">;

export function meaningOf(
  event: Key,
  selected: boolean,
  platform: { isMac: boolean; isWindows: boolean } = { isMac, isWindows },
): KeyMeaning | null {
  const key = event.key.toLowerCase();
  const { ctrlKey, shiftKey, metaKey, altKey } = event;
  if (key === "insert" && shiftKey && !ctrlKey && !metaKey) return "paste-by-browser";
  if (key === "f1" && altKey && shiftKey && !ctrlKey && !metaKey) return "screen-reader";
  if (altKey || (platform.isMac ? !metaKey || ctrlKey : !ctrlKey || metaKey)) return null;
  switch (key) {
    case "=":
    case "+":
      return "larger";
    // With Shift it is the shell's: Ctrl+_ takes back what was typed.
    case "-":
      return shiftKey ? null : "smaller";
    case "0":
      return shiftKey ? null : "usual-size";
    case "f":
      return shiftKey || platform.isMac ? "find" : null;
    case "c":
      if (platform.isMac) return shiftKey ? null : "copy-by-browser";
      if (shiftKey) return "copy";
      return selected ? "copy-by-browser" : null;
    case "v":
      return shiftKey || platform.isMac || platform.isWindows ? "paste-by-browser" : null;
    default:
      return null;
  }
}
