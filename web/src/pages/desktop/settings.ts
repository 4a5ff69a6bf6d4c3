/** What this browser remembers about desktops: one entry, with a version, that may hold anything. */
import {
  CLIPBOARDS,
  DEFAULT_DESKTOP_OPTIONS,
  type DesktopOptions,
  SCALINGS,
  TOUCH_MODES,
} from "../../desktop/options";
import { recall, remember } from "../../ui/theme";

export interface DesktopSettings {
  options: DesktopOptions;
  /** Whether the first visit's hint was seen. */
  hinted: boolean;
}

const KEY = "transom.desktop";
const VERSION = 1;

export function parseDesktopSettings(stored: string | null): DesktopSettings {
  const all = recordOf(stored);
  const kept = all["version"] === VERSION ? all : {};
  const usual = DEFAULT_DESKTOP_OPTIONS;
  const flag = (name: "controlAsCommand" | "commandAsControl") =>
    typeof kept[name] === "boolean" ? kept[name] : usual[name];
  return {
    options: {
      scaling: oneOf(SCALINGS, kept["scaling"], usual.scaling),
      touch: oneOf(TOUCH_MODES, kept["touch"], usual.touch),
      clipboard: oneOf(CLIPBOARDS, kept["clipboard"], usual.clipboard),
      controlAsCommand: flag("controlAsCommand"),
      commandAsControl: flag("commandAsControl"),
    },
    hinted: kept["hinted"] === true,
  };
}

export function storedDesktopSettings(): DesktopSettings {
  return parseDesktopSettings(recall(KEY));
}

export function storeDesktopSettings({ options, hinted }: DesktopSettings): void {
  remember(KEY, JSON.stringify({ version: VERSION, ...options, hinted }));
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
