/** Full screen, with the keys that a browser otherwise keeps for itself where it lets us have them. */
interface LockingKeyboard {
  lock(): Promise<void>;
  unlock(): void;
}

export async function toggleFullScreen(): Promise<void> {
  const { keyboard } = navigator as { keyboard?: LockingKeyboard };
  if (document.fullscreenElement !== null) {
    keyboard?.unlock();
    await document.exitFullscreen();
    return;
  }
  const options = { navigationUI: "hide", keyboardLock: "browser" } as FullscreenOptions;
  await document.documentElement.requestFullscreen(options);
  // Held for long, Escape still leaves.
  await keyboard?.lock();
}
