/** Colours of the emulator: two sets for the sixteen names, the rest from the element's own style. */
import type { ITheme } from "@xterm/xterm";

export const DARK: ITheme = {
  black: "#3b4452",
  red: "#ff8b80",
  green: "#4cc38a",
  yellow: "#f0b849",
  blue: "#6ea8fe",
  magenta: "#c8a2ff",
  cyan: "#5ccfe6",
  white: "#cfd7e3",
  brightBlack: "#7d8999",
  brightRed: "#ffb0a8",
  brightGreen: "#7fdcae",
  brightYellow: "#ffd480",
  brightBlue: "#9cc4ff",
  brightMagenta: "#dfc5ff",
  brightCyan: "#8fe3f2",
  brightWhite: "#ffffff",
};

export const LIGHT: ITheme = {
  black: "#161a20",
  red: "#b42318",
  green: "#0f7a4c",
  yellow: "#8a5a00",
  blue: "#1f5fd0",
  magenta: "#7b3fb8",
  cyan: "#0b6e83",
  white: "#566170",
  brightBlack: "#566170",
  brightRed: "#d1382c",
  brightGreen: "#14935d",
  brightYellow: "#a26a00",
  brightBlue: "#3b78e7",
  brightMagenta: "#9355d1",
  brightCyan: "#0d859e",
  brightWhite: "#161a20",
};

/** `probe` has the element's text and background; both come back as resolved colours. */
export function themeOf(probe: Element): ITheme {
  const style = getComputedStyle(probe);
  const { color: foreground, backgroundColor: background } = style;
  const cursor = style.caretColor === "auto" ? foreground : style.caretColor;
  const selectionBackground = style.outlineColor;
  return {
    ...(isDark(background) ? DARK : LIGHT),
    foreground,
    background,
    cursor,
    cursorAccent: background,
    selectionBackground,
  };
}

/** Takes what a computed style gives: `rgb(…)`. */
export function isDark(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}
