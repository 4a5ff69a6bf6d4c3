/** What a keyboard's event says, whatever a browser or a layout calls it. */

export type Modifier = "Shift" | "Control" | "Alt" | "AltGraph" | "Meta";

const IME_KEYS: ReadonlySet<string> = new Set(
  `Zenkaku Hankaku ZenkakuHankaku KanaMode KanjiMode Katakana Hiragana HiraganaKatakana Romaji Eisu
   Alphanumeric Convert NonConvert HangulMode HanjaMode JunjaMode Lang1 Lang2 Lang3 Lang4 Lang5`.split(
    /\s+/,
  ),
);

/** Which key of the keyboard it is, whatever it means at the moment. */
export function idOf(event: Pick<KeyboardEvent, "code" | "keyCode" | "key">): string {
  return event.code || String(event.keyCode || event.key);
}

export function modifierOf({ key, code }: Pick<KeyboardEvent, "key" | "code">): Modifier | null {
  switch (key) {
    case "Shift":
    case "Control":
    case "Alt":
    case "AltGraph":
      return key;
    case "Meta":
    case "OS":
      // X11 turns Alt into Meta while Shift is held.
      return code === "AltLeft" || code === "AltRight" ? "Alt" : "Meta";
    default:
      return null;
  }
}

/** Whether an input method has the event. */
export function isComposing(
  event: Pick<KeyboardEvent, "isComposing" | "keyCode" | "key">,
): boolean {
  return event.isComposing || event.keyCode === 229 || event.key === "Process";
}

/** Whether the key steers an input method. */
export function isImeKey({ key, code }: Pick<KeyboardEvent, "key" | "code">): boolean {
  return IME_KEYS.has(key) || IME_KEYS.has(code);
}

/** Whether it is a name that the standard gives to a key without a character. */
export function isName(key: string): boolean {
  return /^[A-Z][A-Za-z0-9]+$/.test(key);
}
