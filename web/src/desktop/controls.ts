/** Keyboard, pointer, wheel and fingers of one browser, on their way to the machine. */
import { Keyboard } from "../input/keyboard";
import { keysymOf } from "../input/keysyms";
import { clientPlatform } from "../input/platform";
import { PointerInput } from "../input/pointer";
import { scancodeOf } from "../input/scancodes";
import { TextField, typeText } from "../input/text-field";
import { Touch } from "../input/touch";
import { Wheel } from "../input/wheel";
import type { DesktopClientFrame } from "../protocol/desktop-frame";
import { browserClock } from "../ui/browser-clock";
import type { Combination } from "./combinations";
import type { DesktopOptions, Guest } from "./options";

export interface ControlsOptions {
  box: HTMLElement;
  canvas: HTMLCanvasElement;
  /** Where the field goes that takes what is typed. */
  typing: HTMLElement;
  label: string;
  act: (frame: DesktopClientFrame) => boolean;
  place: (x: number, y: number, clamp: boolean) => { x: number; y: number } | null;
  zoom: (factor: number, x: number, y: number) => void;
  /** Puts a text on the machine's clipboard; whether it has it now. */
  paste: (text: string) => boolean;
  mayPaste: () => boolean;
  /** Whether what is typed reaches the machine; otherwise the page keeps its keys. */
  isHeard: () => boolean;
  wayOut: () => void;
  focused: (focused: boolean) => void;
}

export type ControlsChoice = Pick<
  DesktopOptions,
  "touch" | "controlAsCommand" | "commandAsControl"
> & { guest: Guest };

export class Controls {
  readonly #options: ControlsOptions;
  readonly #platform = clientPlatform();
  readonly #keyboard: Keyboard;
  readonly #field: TextField;
  readonly #pointer: PointerInput;
  readonly #wheel: Wheel;
  readonly #touch: Touch;
  readonly #life = new AbortController();
  #guest: Guest = "linux";
  /** The keys that a paste began with; null where it came from a menu of the browser. */
  #pasting: { shift: boolean; insert: boolean } | null = null;

  constructor(options: ControlsOptions) {
    const { canvas, box, typing, act, place } = options;
    this.#options = options;
    const keys = {
      key: (down: boolean, code: number, keysym: number) =>
        void act({ kind: "key", down, code, keysym }),
      release: () => void act({ kind: "release" }),
    };
    this.#keyboard = new Keyboard({
      platform: this.#platform,
      clock: browserClock,
      listener: keys,
      wayOut: () => {
        this.#field.element.blur();
        options.wayOut();
      },
      takesAside: (event) => !options.isHeard() || this.#pastes(event),
    });
    this.#field = new TextField({
      label: options.label,
      text: (text) => typeText(text, keys),
      key: (down, code, keysym) => keys.key(down, code, keysym),
      paste: (text) => this.#paste(text),
    });
    typing.append(this.#field.element);
    this.#keyboard.attach(this.#field.element);
    const pointer = {
      pointer: (buttons: number, x: number, y: number) => {
        // A click does not overtake the Control key that it is made with.
        if (buttons !== 0) this.#keyboard.flush();
        act({ kind: "pointer", buttons, x, y });
      },
      wheel: (x: number, y: number, right: number, down: number) =>
        void act({ kind: "wheel", x, y, right, down }),
    };
    this.#pointer = new PointerInput(box, { place, listener: pointer });
    this.#wheel = new Wheel(box, { place, listener: pointer });
    this.#touch = new Touch(canvas, {
      place,
      clock: browserClock,
      listener: pointer,
      zoom: options.zoom,
    });
    this.#listen();
  }

  focus(): void {
    this.#field.element.focus({ preventScroll: true });
  }

  set({ touch, controlAsCommand, commandAsControl, guest }: ControlsChoice): void {
    this.#touch.mode = touch;
    this.#guest = guest;
    this.#keyboard.controlAsCommand = controlAsCommand && guest === "macos";
    this.#keyboard.commandAsControl = commandAsControl && guest !== "macos";
    this.#keyboard.optionMakesSigns = guest !== "macos";
  }

  /** Presses keys one after the other and lets them go, last one first. */
  press({ keys }: Combination): void {
    this.release();
    const all = keys.map(({ code, key }) => ({
      code: scancodeOf(code),
      keysym: keysymOf({ code, key, location: 0 }),
    }));
    const { act } = this.#options;
    for (const key of all) act({ kind: "key", down: true, ...key });
    for (const key of all.reverse()) act({ kind: "key", down: false, ...key });
  }

  /** Nothing stays down. */
  release(): void {
    this.#keyboard.release();
  }

  dispose(): void {
    this.#life.abort();
    this.#keyboard.dispose();
    this.#field.dispose();
    this.#pointer.dispose();
    this.#wheel.dispose();
    this.#touch.dispose();
  }

  #listen(): void {
    const { signal } = this.#life;
    const { box, focused } = this.#options;
    const field = this.#field.element;
    field.addEventListener("focus", () => focused(true), { signal });
    field.addEventListener("blur", () => focused(false), { signal });
    // The canvas takes no focus, and what is pressed on it takes none away.
    box.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    // A finger's touch would bring up the keyboard on the screen each time.
    const touched = ({ pointerType }: PointerEvent) => {
      if (pointerType !== "touch") this.focus();
    };
    box.addEventListener("pointerdown", touched, { signal });
  }

  /** The browser is let do this itself: its paste event has the text, and needs no permission. */
  #pastes(event: KeyboardEvent): boolean {
    if (event.type !== "keydown" || !this.#options.mayPaste()) return false;
    const command = this.#platform === "mac" ? event.metaKey : event.ctrlKey;
    const insert = event.code === "Insert" && event.shiftKey && !event.ctrlKey && !event.altKey;
    // On a keyboard of another script the letter is where V is.
    const key = event.key.toLowerCase();
    const isV = key === "v" || (event.code === "KeyV" && !/^[a-z]$/.test(key));
    const letter = command && isV && !event.altKey;
    if (!insert && !letter) return false;
    this.#pasting = { shift: event.shiftKey, insert };
    return true;
  }

  /** The text goes ahead, then the keys that paste on the machine. */
  #paste(text: string): void {
    const pasting = this.#pasting;
    this.#pasting = null;
    // Where it did not go out, the machine would paste something else.
    if (!this.#options.paste(text)) return;
    const tap = (code: string, key: string) => {
      this.#press(true, code, key);
      this.#press(false, code, key);
    };
    if (pasting === null) {
      this.#withModifier(() => tap("KeyV", "v"));
      return;
    }
    if (pasting.insert) {
      tap("Insert", "Insert");
      return;
    }
    const v = pasting.shift ? "V" : "v";
    const translated = this.#platform === "mac" && this.#guest !== "macos";
    if (!translated) {
      tap("KeyV", v);
    } else if (this.#keyboard.commandAsControl) {
      this.#keyboard.flush();
      tap("KeyV", v);
    } else {
      // Command is held there, and Control is wanted: not alone for a moment, which would open a menu.
      this.#press(true, "ControlLeft", "Control");
      this.#keyboard.release();
      this.#withModifier(() => tap("KeyV", v));
    }
  }

  /** With what pastes on the machine: Command on a Mac, Control elsewhere. */
  #withModifier(act: () => void): void {
    const [code, key] = this.#guest === "macos" ? ["MetaLeft", "Meta"] : ["ControlLeft", "Control"];
    this.#press(true, code, key);
    act();
    this.#press(false, code, key);
  }

  #press(down: boolean, code: string, key: string): void {
    const keysym = keysymOf({ code, key, location: 0 });
    this.#options.act({ kind: "key", down, code: scancodeOf(code), keysym });
  }
}
