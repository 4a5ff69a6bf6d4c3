/** What this browser remembers about terminals: one entry, with a version, that may hold anything. */
import {
  CURSORS,
  DEFAULT_OPTIONS,
  KEY_ROWS,
  type Options,
  PALETTES,
  RENDERERS,
  RIGHT_CLICKS,
  textSize,
  USUAL_TEXT,
} from "../../terminal/options";
import { recall, remember } from "../../ui/theme";

export interface Settings {
  fontSize: number;
  screenReader: boolean;
  options: Options;
  /** Builds whose pastes are not asked about any more; the last ones. */
  unasked: readonly string[];
}

const KEY = "transom.terminal";
const VERSION = 1;
const MOST_BUILDS = 50;

export function parseSettings(stored: string | null, build: string): Settings {
  const all = recordOf(stored);
  const kept = all["version"] === VERSION ? all : {};
  const unasked = Array.isArray(kept["unasked"])
    ? kept["unasked"].filter((id): id is string => typeof id === "string").slice(-MOST_BUILDS)
    : [];
  const size = kept["fontSize"];
  return {
    fontSize: typeof size === "number" ? textSize(size) : USUAL_TEXT,
    screenReader: kept["screenReader"] === true,
    options: {
      palette: oneOf(PALETTES, kept["palette"], DEFAULT_OPTIONS.palette),
      cursor: oneOf(CURSORS, kept["cursor"], DEFAULT_OPTIONS.cursor),
      copyOnSelect: kept["copyOnSelect"] === true,
      rightClick: oneOf(RIGHT_CLICKS, kept["rightClick"], DEFAULT_OPTIONS.rightClick),
      keyRow: oneOf(KEY_ROWS, kept["keyRow"], DEFAULT_OPTIONS.keyRow),
      renderer: oneOf(RENDERERS, kept["renderer"], DEFAULT_OPTIONS.renderer),
      askBeforePaste: !unasked.includes(build),
    },
    unasked,
  };
}

export function formatSettings(settings: Settings, build: string): string {
  const { fontSize, screenReader, options, unasked } = settings;
  const { askBeforePaste, ...kept } = options;
  const others = unasked.filter((id) => id !== build);
  const builds = (askBeforePaste ? others : [...others, build]).slice(-MOST_BUILDS);
  return JSON.stringify({ version: VERSION, fontSize, screenReader, ...kept, unasked: builds });
}

export function storedSettings(build: string): Settings {
  return parseSettings(recall(KEY), build);
}

export function storeSettings(settings: Settings, build: string): void {
  remember(KEY, formatSettings(settings, build));
}

function oneOf<T extends string>(choices: readonly T[], value: unknown, usual: T): T {
  return choices.find((choice) => choice === value) ?? usual;
}

function recordOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
