/** What a person can choose about a desktop. */
export const SCALINGS = ["fit", "full", "match"] as const;
export const TOUCH_MODES = ["direct", "touchpad"] as const;
export const CLIPBOARDS = ["both", "to-machine", "off"] as const;

/** The operating system of the machine, where the page knows it. */
export type Guest = "linux" | "macos" | "windows";

export interface DesktopOptions {
  /** `fit`: all of it in the window; `full`: pixel for pixel; `match`: the machine's screen takes the window's size. */
  scaling: (typeof SCALINGS)[number];
  touch: (typeof TOUCH_MODES)[number];
  /** `to-machine`: what is pasted here goes there, what is copied there stays there. */
  clipboard: (typeof CLIPBOARDS)[number];
  /** For people without a Command key: Control is the machine's Command. */
  controlAsCommand: boolean;
  /** For people with one: Command is the machine's Control. */
  commandAsControl: boolean;
}

export const DEFAULT_DESKTOP_OPTIONS: DesktopOptions = {
  scaling: "fit",
  touch: "direct",
  clipboard: "both",
  controlAsCommand: false,
  commandAsControl: false,
};
