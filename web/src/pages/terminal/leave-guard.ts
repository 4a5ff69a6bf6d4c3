/** Asks before the page is left, where somebody is in the middle of typing. */
export function guardLeaving(busy: () => boolean, signal: AbortSignal): void {
  let deliberate = false;
  window.addEventListener(
    "beforeunload",
    (event) => {
      if (!deliberate && busy()) event.preventDefault();
      deliberate = false;
    },
    { signal },
  );
  // Our own way back says where it leads, and the shell goes on.
  document.addEventListener(
    "click",
    (event) => {
      deliberate = event.composedPath().some((part) => part instanceof HTMLAnchorElement);
    },
    { capture: true, signal },
  );
}
