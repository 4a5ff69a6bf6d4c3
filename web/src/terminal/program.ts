/** What a program says besides its output, and what comes of it: bell, progress, text for the clipboard. */

import { amount } from "../ui/amount";
import { announce } from "../ui/events";
import type { Toasts } from "../ui/toasts";
import { Alarm } from "./alarm";
import { NO_PROGRESS, type Progress, parseProgress } from "./progress";
import { clipboardWish } from "./remote-clipboard";
import type { ToolsHost } from "./tools";

const BELL_GAP_MS = 500;

export class Program {
  readonly #host: ToolsHost;
  readonly #toasts: Toasts;
  readonly #bell = new Alarm(BELL_GAP_MS, () => performance.now());
  readonly #registered: readonly { dispose(): void }[];
  #progress: Progress = NO_PROGRESS;

  constructor(host: ToolsHost, toasts: Toasts) {
    this.#host = host;
    this.#toasts = toasts;
    const { term } = host.screen;
    this.#registered = [
      term.onBell(() => this.#onBell()),
      term.parser.registerOscHandler(52, (data) => {
        this.#onClipboard(data);
        return true;
      }),
      term.parser.registerOscHandler(9, (data) => {
        const progress = parseProgress(data, this.#progress);
        if (progress !== null) this.#reached(progress);
        return true;
      }),
    ];
  }

  /** Nothing makes progress any more. */
  ended(): void {
    this.#reached(NO_PROGRESS);
  }

  dispose(): void {
    for (const one of this.#registered) one.dispose();
  }

  #onBell(): void {
    if (this.#host.isNow() && this.#bell.rings()) announce(this.#host.element, "transom-bell", {});
  }

  #onClipboard(data: string): void {
    const focused = document.hasFocus() && this.#host.element.matches(":focus-within");
    if (!focused || !this.#host.acts() || !this.#host.mayCopy()) return;
    const wish = clipboardWish(data);
    if (wish.kind === "nothing") return;
    if (wish.kind === "too-large") {
      const text = "The machine wanted to put more than 1 MiB on your clipboard. It was not done.";
      this.#toasts.show({ kind: "clipboard", text });
    } else void this.#putOnClipboard(wish.text);
  }

  async #putOnClipboard(text: string): Promise<void> {
    const what = amount(text);
    const write = () => navigator.clipboard.writeText(text);
    const done = () =>
      this.#toasts.show({ kind: "clipboard", text: `The machine put ${what} on your clipboard.` });
    try {
      await write();
      done();
    } catch {
      this.#toasts.show({
        kind: "clipboard",
        text: `The machine wants to put ${what} on your clipboard.`,
        action: { label: "Copy", run: () => void write().then(done, () => {}) },
      });
    }
  }

  #reached(progress: Progress): void {
    const { state, percent } = this.#progress;
    if (progress.state === state && progress.percent === percent) return;
    this.#progress = progress;
    announce(this.#host.element, "transom-progress", progress);
  }
}
