/** The emulator and the box that it is drawn in. */
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { TERMINAL_MAX, TERMINAL_MIN } from "../protocol/gen/limits";
import type { Size } from "../protocol/gen/Size";
import { FONT_STACK } from "./font";
import type { Frames } from "./frames";
import { themeOf } from "./palette";
import type { Palette } from "./palettes";
import { cleanTitle } from "./title";

export interface ScreenOptions {
  /** Holds the emulator; its padding is the margin around the text. */
  box: HTMLElement;
  fontSize: number;
  screenReader: boolean;
  onInput: (text: string) => void;
  /** Mouse reports of the old kind, which are no text. */
  onBinary: (bytes: Uint8Array) => void;
  onTitle: (title: string) => void;
  /** True keeps the key from the emulator. */
  onKey: (event: KeyboardEvent) => boolean;
  onPaste: (text: string) => void;
}

export class Screen {
  readonly term: Terminal;
  /** Comes with the tools, after the first screen. */
  frames: Frames | null = null;
  readonly #box: HTMLElement;
  readonly #mount: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #life = new AbortController();
  #palette: Palette | null = null;
  readonly #blinks = !matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(options: ScreenOptions) {
    const { box } = options;
    this.#box = box;
    this.#mount = document.createElement("div");
    this.#mount.className = "mount";
    box.append(this.#mount);
    this.term = new Terminal({
      allowProposedApi: true,
      cursorBlink: this.#blinks,
      fontFamily: FONT_STACK,
      fontSize: options.fontSize,
      lineHeight: 1.1,
      minimumContrastRatio: 4.5,
      screenReaderMode: options.screenReader,
      scrollback: 10_000,
      theme: themeOf(box),
    });
    this.term.loadAddon(this.#fit);
    this.term.attachCustomKeyEventHandler((event) => {
      if (event.type !== "keydown") return true;
      return !options.onKey(event);
    });
    // Browsers send it to where text was selected last, which need not be where the focus is.
    document.addEventListener(
      "paste",
      (event) => {
        if (!this.isFocused) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        options.onPaste(event.clipboardData?.getData("text/plain") ?? "");
      },
      { capture: true, signal: this.#life.signal },
    );
    this.term.onData(options.onInput);
    this.term.onBinary((text) => options.onBinary(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    this.term.onTitleChange((title) => options.onTitle(cleanTitle(title)));
    this.term.open(this.#mount);
  }

  /** The size that fills the box, or null while the box cannot be measured. */
  get boxSize(): Size | null {
    const { cssText } = this.#mount.style;
    this.#mount.style.cssText = "";
    const fit = this.#fit.proposeDimensions();
    this.#mount.style.cssText = cssText;
    if (fit === undefined || Number.isNaN(fit.cols) || Number.isNaN(fit.rows)) return null;
    const within = (n: number) => Math.min(TERMINAL_MAX, Math.max(TERMINAL_MIN, n));
    return { cols: within(fit.cols), rows: within(fit.rows) };
  }

  /** Whether what is typed goes to the emulator. */
  get isFocused(): boolean {
    const root = this.#box.getRootNode() as ShadowRoot;
    return root.activeElement !== null && root.activeElement === this.term.textarea;
  }

  get size(): Size {
    return { cols: this.term.cols, rows: this.term.rows };
  }

  /** Whether the cursor is up there. */
  get isUpperHalf(): boolean {
    return this.term.buffer.active.cursorY < this.term.rows / 2;
  }

  resize({ cols, rows }: Size): void {
    if (cols !== this.term.cols || rows !== this.term.rows) this.term.resize(cols, rows);
  }

  /** Somebody else's size rules: shown whole and centred, made smaller where it does not fit. */
  letterbox(on: boolean): void {
    this.#box.toggleAttribute("letterbox", on);
    this.#mount.style.cssText = "";
    const canvas = this.#mount.querySelector<HTMLElement>(".xterm-screen");
    if (!on || canvas === null) return;
    const style = getComputedStyle(this.#box);
    const width = this.#box.clientWidth - 2 * Number.parseFloat(style.paddingLeft);
    const height = this.#box.clientHeight - 2 * Number.parseFloat(style.paddingTop);
    const scale = Math.min(1, width / canvas.offsetWidth, height / canvas.offsetHeight);
    this.#mount.style.width = `${canvas.offsetWidth}px`;
    this.#mount.style.height = `${canvas.offsetHeight}px`;
    if (scale < 1) this.#mount.style.transform = `scale(${scale})`;
  }

  recolor(): void {
    this.term.options.theme = { ...themeOf(this.#box), ...this.#palette?.ansi };
  }

  /** Colours by name instead of the element's own; `null`: the element's. */
  wear(palette: Palette | null): void {
    this.#palette = palette;
    const { style } = this.#box;
    style.color = palette?.foreground ?? "";
    style.backgroundColor = palette?.background ?? "";
    style.caretColor = palette?.cursor ?? "";
    style.outlineColor = palette?.selection ?? "";
    this.recolor();
  }

  /** Programs can change these, and nothing in the stream says what they were. */
  resetOptions(): void {
    this.term.options.cursorBlink = this.#blinks;
  }

  /** A grey line of ours among the machine's. */
  remark(text: string): void {
    this.term.write(`\x1b[0;90m${text}\x1b[0m\r\n`);
  }

  get text(): string {
    const buffer = this.term.buffer.active;
    const lines: string[] = [];
    for (let y = 0; y < buffer.length; y += 1) {
      const line = buffer.getLine(y);
      const part = line?.translateToString(true) ?? "";
      if (line?.isWrapped && lines.length > 0) lines.push((lines.pop() ?? "") + part);
      else lines.push(part);
    }
    return lines.join("\n").trimEnd();
  }

  dispose(): void {
    this.#life.abort();
    this.term.dispose();
    this.#mount.remove();
  }
}
