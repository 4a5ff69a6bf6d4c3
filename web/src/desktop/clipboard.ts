/**
 * Two clipboards that are no one's but their owners': what is pasted here goes to the machine first, what was copied
 * there comes here where the browser lets it, and otherwise with the next click.
 */
import { CLIPBOARD_BYTES } from "../protocol/gen/limits";
import { amount } from "../ui/amount";
import { Toasts } from "../ui/toasts";

export interface ClipboardRules {
  /** Sends a text to the machine; false where it did not go out. */
  paste(text: string): boolean;
  mayRead(): boolean;
  mayWrite(): boolean;
}

const ECHO_MS = 1000;
const MEGABYTES = CLIPBOARD_BYTES / 1024 / 1024;

export class Clipboard {
  /** What was copied on the machine last. */
  remote = "";
  readonly #toasts: Toasts;
  readonly #rules: ClipboardRules;
  /** What was sent last, and when: a machine that says it back has copied nothing. */
  #sent = { text: "", at: Number.NEGATIVE_INFINITY };

  constructor(place: HTMLElement, rules: ClipboardRules) {
    this.#toasts = new Toasts(place);
    this.#rules = rules;
  }

  get mayWrite(): boolean {
    return this.#rules.mayWrite();
  }

  /** A text was pasted here. Whether the machine has it now. */
  paste(text: string): boolean {
    return this.mayWrite && text !== "" && this.send(text);
  }

  send(text: string): boolean {
    const sent = this.#rules.paste(text);
    if (sent) this.#sent = { text, at: performance.now() };
    else if (new TextEncoder().encode(text).length > CLIPBOARD_BYTES) {
      this.#toasts.show({
        kind: "clipboard",
        text: `Not pasted: more than ${MEGABYTES} MB of text.`,
      });
    }
    return sent;
  }

  /** A text was copied on the machine. */
  async copied(text: string): Promise<void> {
    if (!this.#rules.mayRead() || text === "") return;
    this.remote = text;
    const { text: sent, at } = this.#sent;
    if (text === sent && performance.now() - at < ECHO_MS) return;
    const what = `Copied on the machine: ${amount(text)}.`;
    if (document.hasFocus() && (await this.#write(text))) {
      this.#toasts.show({ kind: "clipboard", text: what });
      return;
    }
    const run = () => void this.#write(text);
    this.#toasts.show({ kind: "clipboard", text: what, action: { label: "Copy here", run } });
  }

  dispose(): void {
    this.#toasts.dispose();
  }

  async #write(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
}
