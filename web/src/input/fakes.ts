/** Animation frames that tests let happen by hand, and keys written so that one can read them. */
import type { Keys } from "./held-keys";
import type { NextFrame } from "./next-frame";
import { scancodeOf } from "./scancodes";

export class FakeFrames {
  #waiting = new Set<() => void>();

  readonly next: NextFrame = (run) => {
    this.#waiting.add(run);
    return () => this.#waiting.delete(run);
  };

  get waiting(): number {
    return this.#waiting.size;
  }

  draw(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const run of due) run();
  }
}

const NAMES = new Map(
  `KeyA KeyB KeyC KeyE KeyQ KeyV Digit1 Enter Tab Escape Backspace Backquote BracketLeft Space CapsLock Convert
   ArrowLeft Numpad1 F5 ShiftLeft ShiftRight ControlLeft ControlRight AltLeft AltRight MetaLeft MetaRight
   Lang1 KanaMode`
    .split(/\s+/)
    .map((name) => [scancodeOf(name), name]),
);

/** Notes what it is told: `+KeyA a`, `-ControlLeft ffe3`, `+? 10020ac`, `release`. */
export class NotedKeys implements Keys {
  readonly #notes: string[];

  constructor(notes: string[]) {
    this.#notes = notes;
  }

  key(down: boolean, code: number, keysym: number): void {
    const name = code === 0 ? "?" : (NAMES.get(code) ?? code.toString(16));
    const isLatin = keysym > 0x20 && keysym < 0x100;
    const meaning = isLatin ? String.fromCharCode(keysym) : keysym.toString(16);
    this.#notes.push(`${down ? "+" : "-"}${name} ${meaning}`);
  }

  release(): void {
    this.#notes.push("release");
  }
}
