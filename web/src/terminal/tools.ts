/** All that surrounds the screen of a terminal, loaded beside it: keys, clipboard, search, links, news. */

import { Toasts } from "../ui/toasts";
import { ContextMenu } from "./context-menu";
import { coveredBelow } from "./covered";
import { Drawing } from "./drawing";
import { Frames } from "./frames";
import { KeyRow } from "./key-row";
import { type KeyMeaning, meaningOf } from "./keys";
import { Links } from "./links";
import { LARGEST_TEXT, type Options, SMALLEST_TEXT, textSize, USUAL_TEXT } from "./options";
import { PALETTE, USUAL_CONTRAST } from "./palettes";
import { harmless, PASTE_LIMIT, pieces, runsAtOnce } from "./paste";
import { askBeforePaste } from "./paste-question";
import { isMac } from "./platform";
import { Program } from "./program";
import type { Screen } from "./screen";
import { Search } from "./search";
import { selectedText, writeClipboard } from "./selection";
import { Together, type TogetherHost } from "./together";
import { toolsStyle } from "./tools-style";

export interface ToolsHost extends Omit<TogetherHost, "focus"> {
  element: HTMLElement;
  box: HTMLElement;
  screen: Screen;
  options: () => Options;
  fontSize: () => number;
  screenReader: () => boolean;
  change: (choice: Choice) => void;
  /** Whether this viewer may type. */
  mayType: () => boolean;
  /** Whether what is parsed now was made now, and is no replay. */
  isNow: () => boolean;
  /** Besides, whether it is this viewer that acts on it: it drives. */
  acts: () => boolean;
  /** Whether the grant lets text out of the machine. */
  mayCopy: () => boolean;
  fit: () => void;
}

/** What a person changed from inside the terminal. */
export interface Choice {
  fontSize?: number;
  screenReader?: boolean;
  options?: Partial<Options>;
}

const KEY_ROW_PX = 52;

export class Tools {
  readonly together: Together;
  readonly #host: ToolsHost;
  readonly #life = new AbortController();
  readonly #place: HTMLElement;
  readonly #toasts: Toasts;
  readonly #drawing: Drawing;
  readonly #menu: ContextMenu;
  readonly #said: HTMLElement;
  readonly #keysPlace: HTMLElement;
  readonly #searchPlace: HTMLElement;
  readonly #program: Program;
  readonly #coarse = matchMedia("(pointer: coarse)");
  #keys: KeyRow | null = null;
  #search: Search | null = null;
  #wasAway = false;

  constructor(host: ToolsHost) {
    this.#host = host;
    const { root, box, screen, element } = host;
    const { signal } = this.#life;
    const sheet = toolsStyle.styleSheet;
    if (sheet !== undefined && !root.adoptedStyleSheets.includes(sheet)) {
      root.adoptedStyleSheets.push(sheet);
    }
    this.#place = root.querySelector<HTMLElement>(".tools") ?? document.createElement("div");
    this.#searchPlace = this.#part();
    this.#said = this.#part();
    this.#said.className = "sr";
    this.#said.setAttribute("role", "status");
    const links = new Links(screen.term, this.#place, this.#part(), box);
    this.#toasts = new Toasts(this.#part());
    this.#program = new Program(host, this.#toasts);
    this.#keysPlace = this.#part();
    this.#drawing = new Drawing(screen.term, element);
    screen.frames = Frames.of(screen.term);
    const focus = () => screen.term.focus();
    this.#menu = new ContextMenu(this.#part(), () => this.#menuItems(), focus);
    this.together = new Together({ ...host, focus });
    void links.load().catch(() => {});
    this.#listen(signal);
    this.apply();
  }

  /** Whether a key was meant for the page. */
  key(event: KeyboardEvent): boolean {
    const { term } = this.#host.screen;
    const meaning = meaningOf(event, term.hasSelection());
    if (meaning === null) {
      if (event.type === "keydown") this.together.key(event);
      return false;
    }
    this.#mean(meaning, event);
    return true;
  }

  /** What was typed, with the key row's Ctrl and Alt. */
  typed(text: string): string {
    return this.#keys?.typed(text) ?? text;
  }

  /** Every paste comes this way: by key, by the middle button, from a menu. */
  async paste(pasted: string): Promise<void> {
    if (pasted.length > PASTE_LIMIT) {
      this.#toasts.show({ kind: "paste", text: "Not pasted: more than 1 MiB of text." });
      return;
    }
    await this.#put(harmless(pasted), this.#host.options().askBeforePaste);
  }

  /** Text that is not to run by itself: nothing follows its last line, and whatever might run it all the same asks first. */
  async insert(text: string): Promise<void> {
    await this.#put(harmless(text).trimEnd(), true);
  }

  async #put(given: string, asks: boolean): Promise<void> {
    const { term } = this.#host.screen;
    let text = given;
    if (text === "" || !this.#host.mayType()) return;
    if (asks && runsAtOnce(text, term.modes.bracketedPasteMode)) {
      const reply = await askBeforePaste(this.#place, text);
      term.focus();
      if (reply === null) return;
      if (!reply.again) this.#host.change({ options: { askBeforePaste: false } });
      text = reply.text;
    }
    for (const piece of pieces(text, term.modes.bracketedPasteMode)) term.input(piece, true);
  }

  find(): void {
    this.#search ??= new Search(this.#host.screen.term, this.#searchPlace);
    this.#search.open();
  }

  /** Takes over what was chosen. */
  apply(): void {
    const { screen } = this.#host;
    const { palette, cursor, renderer } = this.#host.options();
    const named = palette === "auto" ? null : PALETTE[palette];
    screen.wear(named);
    screen.term.options.minimumContrastRatio = named?.contrast ?? USUAL_CONTRAST;
    screen.term.options.cursorStyle = cursor;
    this.#drawing.choose(renderer);
    this.#arrange();
    this.#search?.again();
  }

  /** Says to who cannot see it that the connection came back. */
  connectionIs(state: string): void {
    this.together.live = state === "live";
    if (state === "reconnecting") this.#wasAway = true;
    if (state === "live" && this.#wasAway) {
      this.#wasAway = false;
      this.#said.textContent = "Connected again.";
    } else if (state !== "live") this.#said.textContent = "";
    if (state === "ended") this.#program.ended();
  }

  dispose(): void {
    this.#life.abort();
    this.together.dispose();
    this.#menu.close();
    this.#program.dispose();
    this.#toasts.dispose();
    this.#drawing.dispose();
    this.#host.screen.frames?.dispose();
    this.#place.replaceChildren();
  }

  #part(): HTMLElement {
    const part = document.createElement("div");
    this.#place.append(part);
    return part;
  }

  #listen(signal: AbortSignal): void {
    const { screen, box } = this.#host;
    const { term } = screen;
    document.addEventListener(
      "copy",
      (event) => {
        if (!screen.isFocused || !term.hasSelection()) return;
        event.clipboardData?.setData("text/plain", selectedText(term));
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      { capture: true, signal },
    );
    box.addEventListener("pointerup", (event) => event.button === 0 && this.#onSelected(), {
      signal,
    });
    box.addEventListener("contextmenu", (event) => this.#onRightClick(event), {
      capture: true,
      signal,
    });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => setTimeout(() => this.#search?.again()), { signal });
    this.#coarse.addEventListener("change", () => this.#arrange(), { signal });
    for (const type of ["resize", "scroll"]) {
      visualViewport?.addEventListener(type, () => this.#arrange(), { signal });
    }
  }

  #mean(meaning: KeyMeaning, event: KeyboardEvent): void {
    const { screen, fontSize, screenReader, change } = this.#host;
    const { term } = screen;
    switch (meaning) {
      case "paste-by-browser":
        return;
      case "copy-by-browser":
        setTimeout(() => term.clearSelection());
        return;
      case "copy":
        void this.#copy();
        break;
      case "find":
        this.find();
        break;
      case "larger":
        change({ fontSize: Math.min(LARGEST_TEXT, textSize(fontSize() + 1)) });
        break;
      case "smaller":
        change({ fontSize: Math.max(SMALLEST_TEXT, textSize(fontSize() - 1)) });
        break;
      case "usual-size":
        change({ fontSize: USUAL_TEXT });
        break;
      case "screen-reader":
        change({ screenReader: !screenReader() });
        this.#said.textContent = `Screen reader mode is ${screenReader() ? "on" : "off"}.`;
        break;
      default:
        meaning satisfies never;
    }
    event.preventDefault();
  }

  async #copy(): Promise<void> {
    const text = selectedText(this.#host.screen.term);
    if (text !== "") await writeClipboard(text);
  }

  /** After the emulator has seen the same release of the button. */
  #onSelected(): void {
    if (!this.#host.options().copyOnSelect) return;
    setTimeout(() => void this.#copy());
  }

  #onRightClick(event: MouseEvent): void {
    const { term } = this.#host.screen;
    const programWants = term.modes.mouseTrackingMode !== "none";
    // Shift is the way out: to our menu where the program takes the mouse, to the browser's elsewhere.
    if (event.shiftKey !== programWants) {
      if (programWants) event.preventDefault();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#host.options().rightClick === "menu") {
      this.#menu.open(event.clientX, event.clientY);
    } else if (term.hasSelection()) {
      void this.#copy().then(() => term.clearSelection());
    } else void this.#pasteFromClipboard();
  }

  async #pasteFromClipboard(): Promise<void> {
    const keys = isMac ? "⌘V" : "Ctrl+Shift+V";
    try {
      await this.paste(await navigator.clipboard.readText());
    } catch {
      const text = `The browser does not let the page read the clipboard. Press ${keys} to paste.`;
      this.#toasts.show({ kind: "paste", text });
    }
    this.#host.screen.term.focus();
  }

  #menuItems() {
    const { term } = this.#host.screen;
    const key = (name: string) => (isMac ? `⌘${name}` : `Ctrl+Shift+${name}`);
    return [
      { label: "Copy", key: key("C"), off: !term.hasSelection(), run: () => void this.#copy() },
      {
        label: "Paste",
        key: key("V"),
        off: !this.#host.mayType(),
        run: () => void this.#pasteFromClipboard(),
      },
      { label: "Select all", key: "", off: false, run: () => term.selectAll() },
      { label: "Find…", key: key("F"), off: false, run: () => this.find() },
    ];
  }

  /** Makes room at the foot: for the row of keys, and for a soft keyboard that covers it. */
  #arrange(): void {
    const { box, element, screen, options } = this.#host;
    const { keyRow } = options();
    const wanted = keyRow === "on" || (keyRow === "auto" && this.#coarse.matches);
    if (wanted && this.#keys === null) {
      this.#keys = new KeyRow(this.#keysPlace, {
        applicationKeys: () => screen.term.modes.applicationCursorKeysMode,
        type: (text) => screen.term.input(text, true),
        focus: () => screen.term.focus(),
      });
    } else if (!wanted) {
      this.#keys?.remove();
      this.#keys = null;
    }
    const covered = coveredBelow(element.getBoundingClientRect().bottom, visualViewport);
    const foot = covered + (wanted ? KEY_ROW_PX : 0);
    this.#place.style.setProperty("--_covered", `${covered}px`);
    // What else stands at the foot keeps above it, too.
    element.style.setProperty("--_foot", `${foot}px`);
    const bottom = `${foot}px`;
    if (box.style.bottom === bottom) return;
    box.style.bottom = bottom;
    this.#host.fit();
  }
}
