/** The scheme that a person chose for all pages; `first-paint.js` applies it before the first paint. */
export type Theme = "auto" | "light" | "dark";

const KEY = "transom.theme";

export function storedTheme(): Theme {
  const theme = recall(KEY);
  return theme === "light" || theme === "dark" ? theme : "auto";
}

export function applyTheme(theme: Theme): void {
  remember(KEY, theme);
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Settings are a convenience: where storage is forbidden they last as long as the page. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See above.
  }
}
