/** What a person can choose about a terminal beyond its size of text and its scheme. */
export const PALETTES = [
  "auto",
  "transom-dark",
  "transom-light",
  "high-contrast",
  "solarized-dark",
  "solarized-light",
] as const;
export const CURSORS = ["block", "bar", "underline"] as const;
export const RIGHT_CLICKS = ["menu", "paste"] as const;
export const KEY_ROWS = ["auto", "on", "off"] as const;
export const RENDERERS = ["auto", "graphics", "plain"] as const;

export interface Options {
  /** `auto` follows the page's scheme and the host's `--transom-*` colours. */
  palette: (typeof PALETTES)[number];
  cursor: (typeof CURSORS)[number];
  copyOnSelect: boolean;
  /** `paste`: what is selected is copied, otherwise the clipboard is pasted, as in PuTTY. */
  rightClick: (typeof RIGHT_CLICKS)[number];
  /** Keys that soft keyboards lack; `auto` shows them where fingers point. */
  keyRow: (typeof KEY_ROWS)[number];
  renderer: (typeof RENDERERS)[number];
  /** Whether several lines are shown before a program gets them that would run them at once. */
  askBeforePaste: boolean;
}

export const DEFAULT_OPTIONS: Options = {
  palette: "auto",
  cursor: "block",
  copyOnSelect: false,
  rightClick: "menu",
  keyRow: "auto",
  renderer: "auto",
  askBeforePaste: true,
};

export const SMALLEST_TEXT = 10;
export const LARGEST_TEXT = 24;
export const USUAL_TEXT = 14;

export function textSize(size: number): number {
  if (!Number.isFinite(size)) return USUAL_TEXT;
  return Math.min(LARGEST_TEXT, Math.max(SMALLEST_TEXT, Math.round(size)));
}
