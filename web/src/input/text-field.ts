/** Where text comes from that is not a key each: composition, dead keys, soft keyboards, dictation, paste. */
import type { Keys } from "./held-keys";
import { keysymOfCharacter } from "./keysyms";

export interface TextFieldOptions extends Pick<Keys, "key"> {
  /** Its name for those who don't see it. */
  label: string;
  text(text: string): void;
  paste(text: string): void;
}

/** Stands in the empty field, so that there is something for a Backspace to delete. */
const SENTINEL = "\u200b";

const BACKSPACE = { code: 0x0e, keysym: 0xff08 };
const ENTER = { code: 0x1c, keysym: 0xff0d };

export class TextField {
  /** Takes the focus; it has no looks of its own and is placed by whoever made it. */
  readonly element: HTMLTextAreaElement;

  readonly #options: TextFieldOptions;
  readonly #listening = new AbortController();
  #composing = false;

  constructor(options: TextFieldOptions) {
    this.#options = options;
    const field = document.createElement("textarea");
    this.element = field;
    field.setAttribute("aria-label", options.label);
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("autocomplete", "off");
    field.setAttribute("autocorrect", "off");
    field.setAttribute("spellcheck", "false");
    field.rows = 1;
    // An iPhone zooms in on a field with smaller letters.
    Object.assign(field.style, { opacity: "0", border: "0", resize: "none", fontSize: "16px" });
    const { signal } = this.#listening;
    field.addEventListener("compositionstart", () => this.#compositionStart(), { signal });
    field.addEventListener("compositionend", () => this.#compositionEnd(), { signal });
    field.addEventListener("input", (event) => this.#input(event as InputEvent), { signal });
    field.addEventListener("paste", (event) => this.#paste(event), { signal });
    this.#empty();
  }

  dispose(): void {
    this.#listening.abort();
    this.element.remove();
  }

  #compositionStart(): void {
    this.#composing = true;
  }

  #compositionEnd(): void {
    this.#composing = false;
    this.#sendText(this.#entered());
    // Firefox tells of the same text in an input event behind this; by then the field has none.
    this.#empty();
  }

  #input(event: InputEvent): void {
    if (this.#composing || event.isComposing) return;
    const entered = this.#entered();
    const deletes =
      /^delete.*Backward$/.test(event.inputType) || !this.element.value.startsWith(SENTINEL);
    if (/^insert(LineBreak|Paragraph)$/.test(event.inputType)) {
      this.#sendText(entered.replace(/\n$/, ""));
      this.#tap(ENTER);
    } else if (entered !== "") {
      this.#sendText(entered);
    } else if (deletes) {
      this.#tap(BACKSPACE);
    }
    this.#empty();
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text !== "") this.#options.paste(text);
  }

  #entered(): string {
    return this.element.value.replaceAll(SENTINEL, "");
  }

  #empty(): void {
    const field = this.element;
    if (field.value !== SENTINEL) field.value = SENTINEL;
    field.setSelectionRange(SENTINEL.length, SENTINEL.length);
  }

  #sendText(text: string): void {
    if (text !== "") this.#options.text(text);
  }

  #tap({ code, keysym }: { code: number; keysym: number }): void {
    this.#options.key(true, code, keysym);
    this.#options.key(false, code, keysym);
  }
}

/** Types the text by keysyms: its characters need not be on any key. */
export function typeText(text: string, listener: Pick<Keys, "key">): void {
  for (const character of text.replaceAll("\r\n", "\n")) {
    const keysym = keysymOfCharacter(character.codePointAt(0) ?? 0);
    if (keysym === 0) continue;
    listener.key(true, 0, keysym);
    listener.key(false, 0, keysym);
  }
}
