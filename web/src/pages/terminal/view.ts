/** How this browser shows terminals: what it remembers of them, and the scheme of all pages. */
import type { Choice } from "../../terminal/tools";
import { applyTheme, storedTheme, type Theme } from "../../ui/theme";
import { type Settings, storedSettings, storeSettings } from "./settings";

export interface View extends Settings {
  theme: Theme;
}

export function storedView(build: string): View {
  return { ...storedSettings(build), theme: storedTheme() };
}

/** A view with what somebody chose, kept. Other windows may have kept something since, too. */
export function chosen(view: View, choice: Choice & { theme?: Theme }, build: string): View {
  const { theme = view.theme, options, ...rest } = choice;
  const { unasked } = storedSettings(build);
  const next = { ...view, ...rest, theme, unasked, options: { ...view.options, ...options } };
  storeSettings(next, build);
  applyTheme(theme);
  return next;
}
