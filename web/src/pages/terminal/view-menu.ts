/** How this browser shows terminals and what its mouse does there. Kept for the next visit. */
import { html, type TemplateResult } from "lit";
import {
  CURSORS,
  KEY_ROWS,
  LARGEST_TEXT,
  type Options,
  PALETTES,
  RENDERERS,
  RIGHT_CLICKS,
  SMALLEST_TEXT,
} from "../../terminal/options";
import type { Choice } from "../../terminal/tools";
import type { TokenSource } from "../../transport/token";
import type { Theme } from "../../ui/theme";
import { select, THEME_NAMES, THEMES, tick } from "../choices";
import "./transcript";
import type { View } from "./view";

export interface ViewMenu {
  view: View;
  choose: (choice: Choice & { theme?: Theme }) => void;
  find: () => void;
  session: string;
  tokens: TokenSource;
}

export function renderViewMenu(menu: ViewMenu): TemplateResult {
  const { view, choose, find, session, tokens } = menu;
  const { options } = view;
  const set = (changes: Partial<Options>) => choose({ options: changes });
  const step = (by: number, label: string, sign: string) => {
    const fontSize = view.fontSize + by;
    const beyond = fontSize < SMALLEST_TEXT || fontSize > LARGEST_TEXT;
    return html`<button type="button" aria-label=${label} ?disabled=${beyond} @click=${() => choose({ fontSize })}>${sign}</button>`;
  };
  return html`<div id="view-menu" class="view-menu" popover role="group" aria-label="View settings">
    <button type="button" class="all" popovertarget="view-menu" popovertargetaction="hide" @click=${find}>Find in the terminal…</button>
    <span id="text-size">Text size</span>
    <span class="pair" role="group" aria-labelledby="text-size">
      ${step(-1, "Smaller text", "−")}
      <span role="status">${view.fontSize}</span>
      ${step(1, "Larger text", "+")}
    </span>
    ${select("theme", "Page", THEMES, view.theme, (theme) => choose({ theme }), THEME_NAMES)}
    ${select("palette", "Terminal colours", PALETTES, options.palette, (palette) => set({ palette }), PALETTE_NAMES)}
    ${select("cursor", "Cursor", CURSORS, options.cursor, (cursor) => set({ cursor }), CURSOR_NAMES)}
    ${select("right-click", "Right click", RIGHT_CLICKS, options.rightClick, (rightClick) => set({ rightClick }), RIGHT_CLICK_NAMES)}
    ${select("key-row", "Row of keys", KEY_ROWS, options.keyRow, (keyRow) => set({ keyRow }), KEY_ROW_NAMES)}
    ${select("renderer", "Drawing", RENDERERS, options.renderer, (renderer) => set({ renderer }), RENDERER_NAMES)}
    ${tick("copy-on-select", "Copy what is selected", options.copyOnSelect, (copyOnSelect) => set({ copyOnSelect }))}
    ${tick("ask-before-paste", "Ask before pasting lines", options.askBeforePaste, (askBeforePaste) => set({ askBeforePaste }))}
    ${tick("screen-reader", "Screen reader mode", view.screenReader, (screenReader) => choose({ screenReader }))}
    <transom-transcript .session=${session} .tokens=${tokens}></transom-transcript>
  </div>`;
}

const PALETTE_NAMES: Readonly<Record<Options["palette"], string>> = {
  auto: "Like the page",
  "transom-dark": "Transom Dark",
  "transom-light": "Transom Light",
  "high-contrast": "High contrast",
  "solarized-dark": "Solarized Dark",
  "solarized-light": "Solarized Light",
};
const CURSOR_NAMES: Readonly<Record<Options["cursor"], string>> = {
  block: "Block",
  bar: "Bar",
  underline: "Underline",
};
const RIGHT_CLICK_NAMES: Readonly<Record<Options["rightClick"], string>> = {
  menu: "Opens a menu",
  paste: "Copies or pastes",
};
const KEY_ROW_NAMES: Readonly<Record<Options["keyRow"], string>> = {
  auto: "Touch screens",
  on: "Always",
  off: "Never",
};
const RENDERER_NAMES: Readonly<Record<Options["renderer"], string>> = {
  auto: "Automatic",
  graphics: "Graphics card",
  plain: "Plain",
};
