/** The themes by name. Whatever a program asks for, the emulator keeps text readable on these grounds. */
import type { ITheme } from "@xterm/xterm";
import type { Options } from "./options";
import { DARK, LIGHT } from "./palette";

export interface Palette {
  background: string;
  foreground: string;
  cursor: string;
  selection: string;
  ansi: ITheme;
  /** WCAG's ratio that no text falls below. */
  contrast: number;
}

export const USUAL_CONTRAST = 4.5;

const SOLARIZED: ITheme = {
  black: "#073642",
  red: "#dc322f",
  green: "#859900",
  yellow: "#b58900",
  blue: "#268bd2",
  magenta: "#d33682",
  cyan: "#2aa198",
  white: "#eee8d5",
  brightBlack: "#586e75",
  brightRed: "#cb4b16",
  brightGreen: "#93a1a1",
  brightYellow: "#839496",
  brightBlue: "#657b83",
  brightMagenta: "#6c71c4",
  brightCyan: "#93a1a1",
  brightWhite: "#fdf6e3",
};

const HIGH: ITheme = {
  black: "#000000",
  red: "#ff7b7b",
  green: "#5cff5c",
  yellow: "#ffff5c",
  blue: "#8fb8ff",
  magenta: "#ff8fff",
  cyan: "#5cffff",
  white: "#ffffff",
  brightBlack: "#b0b0b0",
  brightRed: "#ffb0b0",
  brightGreen: "#a8ffa8",
  brightYellow: "#ffffa8",
  brightBlue: "#c4daff",
  brightMagenta: "#ffc4ff",
  brightCyan: "#a8ffff",
  brightWhite: "#ffffff",
};

export const PALETTE: Readonly<Record<Exclude<Options["palette"], "auto">, Palette>> = {
  "transom-dark": {
    background: "#11151c",
    foreground: "#dbe2ec",
    cursor: "#6ea8fe",
    selection: "#2c4a78",
    ansi: DARK,
    contrast: USUAL_CONTRAST,
  },
  "transom-light": {
    background: "#ffffff",
    foreground: "#161a20",
    cursor: "#1f5fd0",
    selection: "#bcd4fb",
    ansi: LIGHT,
    contrast: USUAL_CONTRAST,
  },
  "high-contrast": {
    background: "#000000",
    foreground: "#ffffff",
    cursor: "#ffff00",
    selection: "#0b4fa8",
    ansi: HIGH,
    contrast: 7,
  },
  "solarized-dark": {
    background: "#002b36",
    foreground: "#93a1a1",
    cursor: "#93a1a1",
    selection: "#0d4a59",
    ansi: SOLARIZED,
    contrast: USUAL_CONTRAST,
  },
  "solarized-light": {
    background: "#fdf6e3",
    foreground: "#586e75",
    cursor: "#586e75",
    selection: "#e4dcc0",
    ansi: SOLARIZED,
    contrast: USUAL_CONTRAST,
  },
};
