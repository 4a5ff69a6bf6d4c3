/** How this browser shows terminals: size of the text, scheme, for screen readers. Kept for the next visit. */
import { html, nothing, type TemplateResult } from "lit";
import { applyTheme, recall, remember, storedTheme, type Theme } from "../../ui/theme";
import type { TranscriptFormat } from "./transcript";

export interface View {
  fontSize: number;
  theme: Theme;
  screenReader: boolean;
}

const SMALLEST = 10;
const LARGEST = 24;
const FONT_SIZE = "transom.font-size";
const SCREEN_READER = "transom.screen-reader";

export function storedView(): View {
  const size = Number.parseInt(recall(FONT_SIZE) ?? "", 10);
  return {
    fontSize: Number.isNaN(size) ? 14 : Math.min(LARGEST, Math.max(SMALLEST, size)),
    theme: storedTheme(),
    screenReader: recall(SCREEN_READER) === "on",
  };
}

function store(view: View): void {
  remember(FONT_SIZE, String(view.fontSize));
  remember(SCREEN_READER, view.screenReader ? "on" : "off");
  applyTheme(view.theme);
}

export function renderViewMenu(
  view: View,
  who: string,
  change: (view: View) => void,
  transcript: { save: (format: TranscriptFormat) => void; said: string },
): TemplateResult {
  const set = (changes: Partial<View>) => {
    const next = { ...view, ...changes };
    store(next);
    change(next);
  };
  const step = (by: number, label: string, sign: string) => {
    const fontSize = view.fontSize + by;
    const beyond = fontSize < SMALLEST || fontSize > LARGEST;
    return html`<button type="button" aria-label=${label} ?disabled=${beyond} @click=${() => set({ fontSize })}>${sign}</button>`;
  };
  return html`<div id="view-menu" class="view-menu" popover role="group" aria-label="View settings">
    <span id="text-size">Text size</span>
    <span class="pair" role="group" aria-labelledby="text-size">
      ${step(-1, "Smaller text", "−")}
      <span role="status">${view.fontSize}</span>
      ${step(1, "Larger text", "+")}
    </span>
    <label for="theme">Theme</label>
    <select id="theme" @change=${(e: Event) => set({ theme: (e.target as HTMLSelectElement).value as Theme })}>
      ${(["auto", "light", "dark"] as const).map(
        (theme) =>
          html`<option value=${theme} ?selected=${view.theme === theme}>${THEME_NAMES[theme]}</option>`,
      )}
    </select>
    <label for="screen-reader">Screen reader mode</label>
    <input id="screen-reader" type="checkbox" .checked=${view.screenReader}
      @change=${(e: Event) => set({ screenReader: (e.target as HTMLInputElement).checked })} />
    <span id="save-transcript">Save transcript</span>
    <span class="pair" role="group" aria-labelledby="save-transcript">
      <button type="button" @click=${() => transcript.save("text")}>Text</button>
      <button type="button" title="To be played with asciinema" @click=${() => transcript.save("asciicast")}>asciicast</button>
    </span>
    <span class="who muted" role="status">${transcript.said}</span>
    ${who === "" ? nothing : html`<span class="who muted">Here: ${who}</span>`}
  </div>`;
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: "Like the system",
  light: "Light",
  dark: "Dark",
};
