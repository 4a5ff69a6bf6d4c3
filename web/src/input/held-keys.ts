/** The keys that are down at the machine, each under the key of this keyboard that put it there. */
import type { Modifier } from "./key-event";

/** What the machine is told of its keys. */
export interface Keys {
  /** `code` is a scan code and `keysym` X11's; 0 where unknown. */
  key(down: boolean, code: number, keysym: number): void;
  /** All that is held goes up. */
  release(): void;
}

export interface Stroke {
  code: number;
  keysym: number;
  /** What it is on this keyboard, whatever the machine is told. */
  modifier: Modifier | null;
}

export class HeldKeys {
  readonly #keys: Keys;
  readonly #held = new Map<string, Stroke>();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** A key that repeats goes down again as what it is held as. */
  press(id: string, stroke: Stroke, repeats: boolean): void {
    const held = this.#held.get(id);
    if (held !== undefined && repeats) {
      this.#keys.key(true, held.code, held.keysym);
      return;
    }
    // Its way up was lost.
    this.letGo(id);
    if (stroke.code === 0 && stroke.keysym === 0) return;
    this.#held.set(id, stroke);
    this.#keys.key(true, stroke.code, stroke.keysym);
  }

  letGo(id: string): void {
    const stroke = this.#held.get(id);
    if (stroke === undefined) return;
    this.#held.delete(id);
    for (const other of this.#held.values()) if (isSame(other, stroke)) return;
    this.#keys.key(false, stroke.code, stroke.keysym);
  }

  /** Down and up at once. */
  tap(id: string, stroke: Stroke): void {
    this.press(id, stroke, false);
    this.letGo(id);
  }

  letGoWhere(unwanted: (stroke: Stroke) => boolean): void {
    for (const [id, stroke] of [...this.#held]) if (unwanted(stroke)) this.letGo(id);
  }

  /** Which of this keyboard's modifiers are held; null if anything else is. */
  modifiers(): Set<Modifier> | null {
    const found = new Set<Modifier>();
    for (const { modifier } of this.#held.values()) {
      if (modifier === null) return null;
      found.add(modifier);
    }
    return found;
  }

  release(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#keys.release();
  }
}

/** Two keys of this keyboard can be one at the machine, which has it up when both are. */
function isSame(one: Stroke, other: Stroke): boolean {
  return one.code === 0 || other.code === 0
    ? one.code === other.code && one.keysym === other.keysym
    : one.code === other.code;
}
