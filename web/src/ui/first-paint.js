// Runs before the first paint: a page must not flash in the wrong scheme.
try {
  const theme = localStorage.getItem("transom.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's scheme is right then.
}
