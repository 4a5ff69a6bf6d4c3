/** A keyboard's events on their way to the machine, with what the platforms leave out of them or make up. */
import { type Cancel, type Clock, nothingToCancel } from "../transport/clock";
import { HeldKeys, type Keys, type Stroke } from "./held-keys";
import { idOf, isComposing, isImeKey, isName, type Modifier, modifierOf } from "./key-event";
import { isCharacter, keysymOf } from "./keysyms";
import type { Platform } from "./platform";
import { scancodeOf } from "./scancodes";

export type { Keys } from "./held-keys";

export interface KeyboardOptions {
  platform: Platform;
  clock: Pick<Clock, "after">;
  listener: Keys;
  /** Control, Alt and Shift were pressed together: the page gets its keyboard back. */
  wayOut(): void;
  /** Whether the page keeps a key for itself. */
  takesAside(event: KeyboardEvent): boolean;
}

/** What a Command key is to a machine without one, and what a Control key is to a Mac. */
const CONTROL: Stroke = { code: 0x1d, keysym: 0xffe3, modifier: "Meta" };
const COMMAND: Stroke = { code: 0xe05b, keysym: 0xffeb, modifier: "Control" };
const ALT_GRAPH_KEYSYM = 0xfe03;

/** Windows presses Control for AltGr; nobody presses the two so shortly after each other. */
const ALT_GRAPH_MS = 50;
const CONTROL_WAITS_MS = 100;

export class Keyboard {
  /** For a Mac that is used from another keyboard: Control is its Command. */
  controlAsCommand = false;
  /** For another machine that is used from a Mac's keyboard: Command with a key is Control with it. */
  commandAsControl = false;
  /** For another machine that is used from a Mac's keyboard: Option makes the signs that are on no key alone. */
  optionMakesSigns = false;

  readonly #options: KeyboardOptions;
  readonly #apple: boolean;
  readonly #windows: boolean;
  readonly #held: HeldKeys;
  readonly #listening = new AbortController();
  /** Control, while it may turn out to be AltGr's. */
  #control: { stroke: Stroke; id: string; since: number } | null = null;
  #cancelControl: Cancel = nothingToCancel;
  /** Command keys that are down here and not yet at the machine; `alone` while no key was pressed with them. */
  readonly #commands = new Map<string, { alone: boolean }>();
  /** A dead key was left to the text field, so what it makes of the next one is the field's too. */
  #afterDead = false;

  constructor(options: KeyboardOptions) {
    this.#options = options;
    this.#apple = options.platform === "mac" || options.platform === "ios";
    this.#windows = options.platform === "windows";
    this.#held = new HeldKeys(options.listener);
  }

  /** Takes the keys of what has the focus. */
  attach(target: HTMLElement): void {
    const { signal } = this.#listening;
    target.addEventListener("keydown", (event) => this.#down(event), { signal });
    target.addEventListener("keyup", (event) => this.#up(event), { signal });
    target.addEventListener("blur", () => this.release(), { signal });
  }

  /** Sends what is held back, so that a click does not overtake it. */
  flush(): void {
    this.#sendControl();
    this.#sendCommands();
  }

  release(): void {
    this.#dropControl();
    this.#commands.clear();
    this.#afterDead = false;
    this.#held.release();
  }

  dispose(): void {
    this.#listening.abort();
    this.release();
  }

  #down(event: KeyboardEvent): void {
    if (this.#leavesToText(event)) return;
    const id = idOf(event);
    const modifier = this.#isAltGraph(event) ? "AltGraph" : modifierOf(event);
    if (this.#isWayOut(modifier)) {
      take(event);
      this.release();
      this.#options.wayOut();
      return;
    }
    if (this.#options.takesAside(event)) {
      this.#sendControl();
      for (const command of this.#commands.values()) command.alone = false;
      return;
    }
    take(event);
    this.#sendControl();
    const stroke = this.#strokeOf(event, modifier);
    if (this.#windows && event.code === "ControlLeft" && !this.#held.has(id)) {
      this.#control = { stroke, id, since: event.timeStamp };
      this.#cancelControl = this.#options.clock.after(CONTROL_WAITS_MS, () => this.#sendControl());
      return;
    }
    if (this.commandAsControl && modifier === "Meta" && !this.#held.has(id)) {
      if (!this.#commands.has(id)) this.#commands.set(id, { alone: true });
      return;
    }
    this.#sendCommands();
    this.#letGoOfAltGraphsOwn(event);
    if (this.#isOptionsSign(event)) {
      this.#held.letGoWhere((held) => held.modifier === "Alt");
      this.#held.tap(id, { code: 0, keysym: keysymOf(event), modifier: null });
      return;
    }
    if (this.#getsNoKeyup(event, modifier)) this.#held.tap(id, stroke);
    else this.#held.press(id, stroke, event.repeat);
  }

  #up(event: KeyboardEvent): void {
    const id = idOf(event);
    const command = this.#commands.get(id);
    const isControl = this.#control?.id === id;
    const isLock = this.#apple && event.code === "CapsLock";
    // What went down goes up, whoever else has a claim on the event.
    if (command === undefined && !isControl && !this.#held.has(id)) {
      if (isComposing(event) || this.#options.takesAside(event)) return;
    }
    take(event);
    this.#sendControl();
    const modifier = modifierOf(event);
    if (isLock) {
      this.#held.tap(id, this.#strokeOf(event, null));
    } else if (command !== undefined) {
      this.#commands.delete(id);
      if (command.alone) this.#held.tap(id, this.#strokeOf(event, modifier));
    } else if (this.#windows && modifier === "Shift") {
      // With both held, Windows tells of one of them only.
      this.#held.letGoWhere((held) => held.modifier === "Shift");
    } else {
      this.#held.letGo(id);
    }
    // Of keys that are held together with Command macOS does not tell when they go up.
    if (this.#apple && modifier === "Meta") this.#held.letGoWhere((held) => held.modifier === null);
  }

  /** Whether the key is the text field's, which makes characters of what is no key by itself. */
  #leavesToText(event: KeyboardEvent): boolean {
    const { key } = event;
    const afterDead = this.#afterDead;
    if (key === "Dead") {
      this.#afterDead = true;
      return true;
    }
    if (modifierOf(event) === null) this.#afterDead = false;
    if (isComposing(event) || (key === "Unidentified" && event.code === "")) return true;
    return afterDead && !event.ctrlKey && !event.metaKey && !isName(key);
  }

  /** Whether it is AltGr; the Control that came with it is forgotten. */
  #isAltGraph(event: KeyboardEvent): boolean {
    const isAltGraph = event.key === "AltGraph";
    const control = this.#control;
    if (control === null || !(isAltGraph || event.code === "AltRight")) return isAltGraph;
    if (!isAltGraph && event.timeStamp - control.since >= ALT_GRAPH_MS) return false;
    this.#dropControl();
    return true;
  }

  #isWayOut(modifier: Modifier | null): boolean {
    const held = this.#held.modifiers();
    if (held === null || modifier === null || this.#commands.size > 0) return false;
    held.add(modifier);
    if (this.#control !== null) held.add("Control");
    return held.size === 3 && held.has("Control") && held.has("Alt") && held.has("Shift");
  }

  #strokeOf(event: KeyboardEvent, modifier: Modifier | null): Stroke {
    if (modifier === "Control" && this.controlAsCommand) return COMMAND;
    const keysym = modifier === "AltGraph" ? ALT_GRAPH_KEYSYM : keysymOf(this.#plain(event));
    return { code: scancodeOf(event.code), keysym, modifier };
  }

  /** Whether Option made `@`, `[` or another sign that people need: then it was no Alt. */
  #isOptionsSign(event: KeyboardEvent): boolean {
    return this.#isWithOption(event) && /^[!-/:-@[-`{-~]$/.test(event.key);
  }

  /** Alt with a letter is a shortcut of the machine's, whatever Option makes of the letter here. */
  #plain(event: KeyboardEvent): Pick<KeyboardEvent, "key" | "code" | "location"> {
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    if (letter === undefined || !this.#isWithOption(event)) return event;
    const key = event.shiftKey ? letter : letter.toLowerCase();
    return { key, code: event.code, location: event.location };
  }

  #isWithOption(event: KeyboardEvent): boolean {
    const alone = event.altKey && !event.ctrlKey && !event.metaKey;
    return this.optionMakesSigns && this.#apple && alone && isCharacter(event.key);
  }

  /**
   * Windows takes Control with Alt for AltGr. Where it made a character of them, they are no longer what they were:
   * the browser then says that neither is held.
   */
  #letGoOfAltGraphsOwn(event: KeyboardEvent): void {
    if (!isCharacter(event.key) || !event.getModifierState("AltGraph")) return;
    this.#held.letGoWhere(
      ({ modifier }) =>
        (modifier === "Control" && !event.ctrlKey) || (modifier === "Alt" && !event.altKey),
    );
  }

  #getsNoKeyup(event: KeyboardEvent, modifier: Modifier | null): boolean {
    if (modifier !== null) return false;
    if (this.#windows) return isImeKey(event);
    if (!this.#apple) return false;
    // Caps Lock goes down when it is switched on and up when it is switched off.
    if (event.code === "CapsLock" || event.metaKey) return true;
    return this.#options.platform === "ios" && isCharacter(event.key);
  }

  #sendControl(): void {
    const control = this.#control;
    this.#dropControl();
    if (control !== null) this.#held.press(control.id, control.stroke, false);
  }

  #dropControl(): void {
    this.#cancelControl();
    this.#control = null;
  }

  #sendCommands(): void {
    for (const id of this.#commands.keys()) this.#held.press(id, CONTROL, false);
    this.#commands.clear();
  }
}

function take(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
