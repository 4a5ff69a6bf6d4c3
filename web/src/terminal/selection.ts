/** What is copied: without the blanks that fill lines up; wrapped lines are joined by the emulator already. */
import type { Terminal } from "@xterm/xterm";

export function selectedText(term: Terminal): string {
  return trimmed(term.getSelection());
}

/** A selection of blanks alone was meant. */
export function trimmed(selection: string): string {
  const text = selection.replace(/[ \t\u00a0]+(?=\r?\n|$)/g, "");
  return /\S/.test(text) ? text : selection;
}

/** Where the browser grants no asynchronous clipboard, its own copy of the focused field works. */
export async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
