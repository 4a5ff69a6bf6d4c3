/** Copy and paste by the keys that people know from their platform. */
import type { Terminal } from "@xterm/xterm";

const PASTE_END = "\x1b[201~";
export const PASTE_LIMIT = 1024 * 1024;

const platform = navigator.platform;
const isMac = /^(Mac|iPhone|iPad)/.test(platform);
const isWindows = platform.startsWith("Win");

/** Whether the emulator should leave this key to the browser, or it was dealt with here. */
export function isClipboardKey(event: KeyboardEvent, term: Terminal): boolean {
  const key = event.key.toLowerCase();
  const { ctrlKey, shiftKey, metaKey, altKey } = event;
  if (isMac && metaKey && !ctrlKey && (key === "c" || key === "v")) return true;
  if (isMac || altKey || metaKey || !ctrlKey) return shiftKey && event.key === "Insert";
  if (key === "c" && shiftKey) {
    event.preventDefault();
    void copy(term);
    return true;
  }
  if (key === "c" && term.hasSelection()) {
    // The browser's own copy asks no permission; the selection goes, so that a second Ctrl+C interrupts.
    setTimeout(() => term.clearSelection());
    return true;
  }
  return key === "v" && (shiftKey || isWindows);
}

export async function copy(term: Terminal): Promise<void> {
  const text = term.getSelection();
  if (text === "") return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    document.execCommand("copy");
  }
}

/** Text that ends bracketed paste early would be run as if it had been typed. */
export function withoutPasteEnd(text: string): string {
  let clean = text;
  while (clean.includes(PASTE_END)) clean = clean.replaceAll(PASTE_END, "");
  return clean;
}

/** Takes pastes before the emulator does. */
export function onPaste(event: ClipboardEvent, term: Terminal, tooLarge: () => void): void {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  event.preventDefault();
  event.stopImmediatePropagation();
  if (text.length > PASTE_LIMIT) tooLarge();
  else if (text !== "") term.paste(withoutPasteEnd(text));
}
