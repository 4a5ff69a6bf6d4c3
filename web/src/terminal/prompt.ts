/** When a new shell has written its prompt. */
import type { IDisposable, Terminal } from "@xterm/xterm";

/** A prompt is followed by silence. */
const QUIET_MS = 300;
/** A start-up file that prints and prints is not waited for. */
const PATIENCE_MS = 5000;

/** Resolves once the shell asks for pastes in brackets, which it does at its prompt, or has been quiet after its first output. */
export function prompted(term: Terminal): Promise<void> {
  return new Promise((resolve) => {
    let parsed: IDisposable | null = null;
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const done = () => {
      parsed?.dispose();
      clearTimeout(quiet);
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(done, PATIENCE_MS);
    const look = () => {
      if (term.modes.bracketedPasteMode) return done();
      clearTimeout(quiet);
      quiet = setTimeout(done, QUIET_MS);
    };
    parsed = term.onWriteParsed(look);
    if (term.modes.bracketedPasteMode || term.buffer.active.cursorX > 0) look();
  });
}
