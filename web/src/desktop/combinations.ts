/** Keys that a browser or its system keeps for itself, to be sent from a menu. */
import type { Guest } from "./options";

export interface Combination {
  readonly label: string;
  /** Places of keys (`KeyboardEvent.code`) and what they mean, pressed in this order. */
  readonly keys: readonly { readonly code: string; readonly key: string }[];
}

function combination(label: string, ...names: string[]): Combination {
  return { label, keys: names.map((name) => KEYS[name] ?? { code: name, key: name }) };
}

const KEYS: Readonly<Record<string, { code: string; key: string }>> = {
  Ctrl: { code: "ControlLeft", key: "Control" },
  Alt: { code: "AltLeft", key: "Alt" },
  Option: { code: "AltLeft", key: "Alt" },
  Shift: { code: "ShiftLeft", key: "Shift" },
  Super: { code: "MetaLeft", key: "Meta" },
  Command: { code: "MetaLeft", key: "Meta" },
  Del: { code: "Delete", key: "Delete" },
  Esc: { code: "Escape", key: "Escape" },
  Print: { code: "PrintScreen", key: "PrintScreen" },
  Space: { code: "Space", key: " " },
  ...Object.fromEntries([..."acdeqtwl"].map((c) => [c, { code: `Key${c.toUpperCase()}`, key: c }])),
};

const LINUX: readonly Combination[] = [
  combination("Ctrl + Alt + Del", "Ctrl", "Alt", "Del"),
  combination("Alt + Tab", "Alt", "Tab"),
  combination("Alt + F4", "Alt", "F4"),
  combination("Super", "Super"),
  combination("Ctrl + Alt + T", "Ctrl", "Alt", "t"),
  combination("Ctrl + W", "Ctrl", "w"),
  combination("Print screen", "Print"),
  ...[1, 2, 7].map((n) => combination(`Ctrl + Alt + F${n}`, "Ctrl", "Alt", `F${n}`)),
];

const MACOS: readonly Combination[] = [
  combination("Command + Space", "Command", "Space"),
  combination("Command + Tab", "Command", "Tab"),
  combination("Command + Q", "Command", "q"),
  combination("Command + W", "Command", "w"),
  combination("Option + Command + Esc", "Option", "Command", "Esc"),
  combination("Control + Command + Q", "Ctrl", "Command", "q"),
];

const WINDOWS: readonly Combination[] = [
  combination("Ctrl + Alt + Del", "Ctrl", "Alt", "Del"),
  combination("Windows", "Super"),
  combination("Alt + Tab", "Alt", "Tab"),
  combination("Alt + F4", "Alt", "F4"),
  combination("Ctrl + Shift + Esc", "Ctrl", "Shift", "Esc"),
  combination("Windows + L", "Super", "l"),
  combination("Print screen", "Print"),
];

export function combinationsOf(guest: Guest): readonly Combination[] {
  return { linux: LINUX, macos: MACOS, windows: WINDOWS }[guest];
}
