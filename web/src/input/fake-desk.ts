/** A keyboard that tests press, with what the machine was told of it. */
import { FakeClock } from "../transport/fakes";
import { NotedKeys } from "./fakes";
import { Keyboard } from "./keyboard";
import type { Platform } from "./platform";

interface Init extends KeyboardEventInit {
  altGraph?: boolean;
  at?: number;
}

const LOCATIONS: Readonly<Record<string, number>> = { Left: 1, Right: 2 };

export class Desk {
  readonly told: string[] = [];
  readonly clock = new FakeClock();
  readonly field = document.createElement("textarea");
  readonly keyboard: Keyboard;
  aside = (_: KeyboardEvent) => false;
  #bubbled = false;

  constructor(platform: Platform) {
    this.keyboard = new Keyboard({
      platform,
      clock: this.clock,
      listener: new NotedKeys(this.told),
      wayOut: () => this.told.push("way out"),
      takesAside: (event) => this.aside(event),
    });
    this.keyboard.attach(this.field);
    const parent = document.createElement("div");
    parent.append(this.field);
    for (const type of ["keydown", "keyup"]) {
      parent.addEventListener(type, () => {
        this.#bubbled = true;
      });
    }
  }

  /** Whether the keyboard took the event. */
  down(code: string, key: string, init: Init = {}): boolean {
    return this.#send("keydown", code, key, init);
  }

  up(code: string, key: string, init: Init = {}): boolean {
    return this.#send("keyup", code, key, init);
  }

  /** What was told since the last time. */
  take(): string[] {
    return this.told.splice(0);
  }

  #send(type: string, code: string, key: string, { altGraph, at, ...init }: Init): boolean {
    const side = /^(?:Shift|Control|Alt|Meta)(Left|Right)$/.exec(code)?.[1];
    const event = new KeyboardEvent(type, {
      bubbles: true,
      cancelable: true,
      code,
      key,
      location: LOCATIONS[side ?? ""] ?? 0,
      ...init,
    });
    Object.defineProperty(event, "getModifierState", {
      value: (name: string) => name === "AltGraph" && altGraph === true,
    });
    if (at !== undefined) Object.defineProperty(event, "timeStamp", { value: at });
    this.#bubbled = false;
    this.field.dispatchEvent(event);
    if (this.#bubbled === event.defaultPrevented) throw new Error("half taken from the page");
    return event.defaultPrevented;
  }
}
