// An X client that writes down each key event that it gets: xev, on all of a screen.
import type { Program } from "./program.ts";
import type { XScreen } from "./x-screen.ts";

export class KeyLog {
  readonly #xev: Program;

  private constructor(xev: Program) {
    this.#xev = xev;
  }

  /** Without a window manager the keyboard is where the pointer is. */
  static async open(screen: XScreen): Promise<KeyLog> {
    const xev = screen.start("xev", "-geometry", "900x500+0+0", "-event", "keyboard", "-event", "expose");
    await xev.said(/^Expose event/);
    return new KeyLog(xev);
  }

  /** What was typed, as programs take it: control characters included. */
  text(): string {
    const bytes: number[] = [];
    let isPress = false;
    for (const line of this.#xev.lines) {
      if (/^Key(Press|Release) event/.test(line)) isPress = line.startsWith("KeyPress");
      const hex = line.match(/XmbLookupString gives \d+ bytes: \(([0-9a-f ]+)\)/)?.[1];
      if (isPress && hex) {
        for (const byte of hex.trim().split(" ")) bytes.push(Number.parseInt(byte, 16));
      }
    }
    return Buffer.from(bytes).toString("utf8");
  }

  /** Names of the keys that went down, with what was held: `Control+Alt+Delete`. */
  pressed(): string[] {
    return this.#events("KeyPress").map(({ name, held }) => [...held, name].join("+"));
  }

  /** Names of the keys that are down still. */
  down(): string[] {
    const codes = new Map<string, string>();
    for (const { kind, code, name } of this.#events("Key")) {
      if (kind === "KeyPress") codes.set(code, name);
      else codes.delete(code);
    }
    return [...codes.values()];
  }

  async stop(): Promise<void> {
    await this.#xev.stop();
  }

  #events(kinds: string): { kind: string; code: string; name: string; held: string[] }[] {
    const found: { kind: string; code: string; name: string; held: string[] }[] = [];
    let kind = "";
    for (const line of this.#xev.lines) {
      kind = line.match(/^(\w+) event/)?.[1] ?? kind;
      const [, state, code = "", name = ""] =
        line.match(/state 0x([0-9a-f]+), keycode (\d+) \(keysym 0x[0-9a-f]+, (\w+)\)/) ?? [];
      if (state === undefined || !kind.startsWith(kinds)) continue;
      const bits = Number.parseInt(state, 16);
      const held = Object.entries(HELD).flatMap(([bit, held]) => (bits & Number(bit) ? [held] : []));
      found.push({ kind, code, name, held });
    }
    return found;
  }
}

/** By X's bits of a state. */
const HELD = { 1: "Shift", 4: "Control", 8: "Alt", 64: "Super" };
