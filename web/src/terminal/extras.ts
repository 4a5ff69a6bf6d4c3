/** Parts of the terminal that are loaded beside it. */
import type { Terminal } from "@xterm/xterm";

/** Widths of emoji and combined characters as most programs count them. */
export async function loadGraphemes(): Promise<(term: Terminal) => void> {
  const { UnicodeGraphemesAddon } = await import("@xterm/addon-unicode-graphemes");
  return (term) => term.loadAddon(new UnicodeGraphemesAddon());
}

export async function loadTools() {
  return (await import("./tools")).Tools;
}
