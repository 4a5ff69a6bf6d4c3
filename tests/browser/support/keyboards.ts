// Keyboards as people press them: a US one with its Shift, a German one, which Playwright does not have, an input method.
import type { CDPSession, Page } from "@playwright/test";

/** Keys that have another character than a US keyboard's at this place, or one with AltGr. */
const KEYS = new Map<string, { code: string; virtual: number; altGraph?: true; shift?: true }>([
  ["ä", { code: "Quote", virtual: 222 }],
  ["Ä", { code: "Quote", virtual: 222, shift: true }],
  ["ö", { code: "Semicolon", virtual: 192 }],
  ["ü", { code: "BracketLeft", virtual: 186 }],
  ["ß", { code: "Minus", virtual: 219 }],
  ["z", { code: "KeyY", virtual: 90 }],
  ["@", { code: "KeyQ", virtual: 81, altGraph: true }],
  ["€", { code: "KeyE", virtual: 69, altGraph: true }],
  ["{", { code: "Digit7", virtual: 55, altGraph: true }],
  ["[", { code: "Digit8", virtual: 56, altGraph: true }],
  ["]", { code: "Digit9", virtual: 57, altGraph: true }],
  ["}", { code: "Digit0", virtual: 48, altGraph: true }],
  ["\\", { code: "Minus", virtual: 219, altGraph: true }],
  ["|", { code: "IntlBackslash", virtual: 226, altGraph: true }],
  ["~", { code: "BracketRight", virtual: 187, altGraph: true }],
]);

const SHIFT = { key: "Shift", code: "ShiftLeft", windowsVirtualKeyCode: 16, location: 1 };
const ALT_GRAPH = { key: "AltGraph", code: "AltRight", windowsVirtualKeyCode: 225, location: 2 };
/** Of the DevTools protocol. */
const WITH_SHIFT = 8;

export class GermanKeyboard {
  readonly #client: CDPSession;

  private constructor(client: CDPSession) {
    this.#client = client;
  }

  static async at(page: Page): Promise<GermanKeyboard> {
    return new GermanKeyboard(await page.context().newCDPSession(page));
  }

  async type(text: string): Promise<void> {
    for (const character of text) await this.#press(character);
  }

  async #press(character: string): Promise<void> {
    const key = KEYS.get(character);
    if (key === undefined) throw new Error(`no key for ${character}`);
    const modifier = key.altGraph ? ALT_GRAPH : key.shift ? SHIFT : null;
    const modifiers = key.shift ? WITH_SHIFT : 0;
    const what = { key: character, code: key.code, windowsVirtualKeyCode: key.virtual, modifiers };
    if (modifier) await this.#send("keyDown", { ...modifier, modifiers });
    await this.#send("keyDown", { ...what, text: character });
    await this.#send("keyUp", what);
    if (modifier) await this.#send("keyUp", modifier);
  }

  async #send(type: "keyDown" | "keyUp", key: object): Promise<void> {
    await this.#client.send("Input.dispatchKeyEvent", { type, ...key });
  }
}

/** Presses the keys of a US keyboard, Shift as well; Playwright's own typing leaves it out. */
export async function typeKeys(page: Page, text: string): Promise<void> {
  for (const character of text) {
    const key = character === "\n" ? "Enter" : character;
    const isShifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(character);
    if (isShifted) await page.keyboard.down("Shift");
    await page.keyboard.press(key, { delay: 5 });
    if (isShifted) await page.keyboard.up("Shift");
  }
}

/** Enters a text as an input method does: it is composed, and comes at once. */
export async function compose(page: Page, text: string): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const begun = text.slice(0, 1);
  await client.send("Input.imeSetComposition", { text: begun, selectionStart: 1, selectionEnd: 1 });
  await client.send("Input.insertText", { text });
}
