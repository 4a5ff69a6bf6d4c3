/** Ctrl and Alt that are pressed one after the other with their key: once for one key, twice to stay. */
export type Modifier = "ctrl" | "alt";
export type Stickiness = "off" | "once" | "stays";

const NEXT: Readonly<Record<Stickiness, Stickiness>> = { off: "once", once: "stays", stays: "off" };

export class StickyKeys {
  readonly #states: Record<Modifier, Stickiness> = { ctrl: "off", alt: "off" };

  get waits(): boolean {
    return this.#states.ctrl !== "off" || this.#states.alt !== "off";
  }

  state(modifier: Modifier): Stickiness {
    return this.#states[modifier];
  }

  press(modifier: Modifier): void {
    this.#states[modifier] = NEXT[this.#states[modifier]];
  }

  /** What is held for the key that comes now; what was pressed once is let go. */
  take(): Record<Modifier, boolean> {
    const held = { ctrl: this.#states.ctrl !== "off", alt: this.#states.alt !== "off" };
    for (const modifier of ["ctrl", "alt"] as const) {
      if (this.#states[modifier] === "once") this.#states[modifier] = "off";
    }
    return held;
  }

  /** One character with what is held. */
  apply(char: string): string {
    const { ctrl, alt } = this.take();
    return `${alt ? "\x1b" : ""}${ctrl ? controlOf(char) : char}`;
  }
}

/** Ctrl with a character, as terminals have always made it: the lower five bits. */
function controlOf(char: string): string {
  if (/^[a-z@[\\\]^_]$/i.test(char))
    return String.fromCharCode(char.toUpperCase().charCodeAt(0) & 31);
  if (char === " " || char === "`") return "\0";
  if (char === "?") return "\x7f";
  if (char === "/" || char === "-") return "\x1f";
  return char;
}

const ARROWS: Readonly<Record<string, string>> = {
  ArrowUp: "A",
  ArrowDown: "B",
  ArrowRight: "C",
  ArrowLeft: "D",
};

/** What a key sends (xterm's ctlseqs, "PC-Style Function Keys"). */
export function sequenceOf(
  key: string,
  { ctrl, alt }: Record<Modifier, boolean>,
  application: boolean,
): string {
  const arrow = ARROWS[key];
  if (arrow !== undefined) {
    const modifiers = 1 + (alt ? 2 : 0) + (ctrl ? 4 : 0);
    if (modifiers > 1) return `\x1b[1;${modifiers}${arrow}`;
    return `\x1b${application ? "O" : "["}${arrow}`;
  }
  const plain = key === "Escape" ? "\x1b" : key === "Tab" ? "\t" : ctrl ? controlOf(key) : key;
  return `${alt ? "\x1b" : ""}${plain}`;
}
