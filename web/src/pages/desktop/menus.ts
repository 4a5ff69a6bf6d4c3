/** What opens from the bar over a desktop: keys, clipboard, network and view. */
import { html, nothing, type TemplateResult } from "lit";
import { type Combination, combinationsOf } from "../../desktop/combinations";
import {
  CLIPBOARDS,
  type DesktopOptions,
  type Guest,
  SCALINGS,
  TOUCH_MODES,
} from "../../desktop/options";
import { clientPlatform } from "../../input/platform";
import type { Network } from "../../ui/events";
import type { Theme } from "../../ui/theme";
import { select, THEME_NAMES, THEMES, tick } from "../choices";

export interface Menus {
  guest: Guest;
  controls: boolean;
  options: DesktopOptions;
  theme: Theme;
  size: { width: number; height: number };
  network: Network | null;
  mayRead: boolean;
  mayWrite: boolean;
  remoteText: string;
  press: (combination: Combination) => void;
  /** Gives the machine the keyboard, also one on the screen. */
  type: () => void;
  choose: (choice: Partial<DesktopOptions>) => void;
  chooseTheme: (theme: Theme) => void;
  /** Whether the machine has it now. */
  setRemoteText: (text: string) => boolean;
  say: (words: string) => void;
}

export function renderMenus(menus: Menus): TemplateResult {
  return html`${renderKeys(menus)}${renderClipboard(menus)}${renderNetwork(menus)}${renderView(menus)}`;
}

function renderKeys({ guest, controls, press, type }: Menus): TemplateResult {
  const touch = matchMedia("(pointer: coarse)").matches;
  return html`<div id="keys-menu" class="view-menu keys-menu" popover role="group" aria-label="Keys">
    ${
      touch
        ? html`<button type="button" class="all" popovertarget="keys-menu" popovertargetaction="hide"
            ?disabled=${!controls} @click=${type}>Keyboard on the screen</button>`
        : nothing
    }
    ${combinationsOf(guest).map(
      (combination) =>
        html`<button type="button" class="all" popovertarget="keys-menu" popovertargetaction="hide"
          ?disabled=${!controls} @click=${() => press(combination)}>${combination.label}</button>`,
    )}
  </div>`;
}

function renderClipboard(menus: Menus): TemplateResult {
  const { mayRead, mayWrite, controls, remoteText, setRemoteText, say } = menus;
  const field = () => document.querySelector<HTMLTextAreaElement>("#machine-text");
  const send = () => say(setRemoteText(field()?.value ?? "") ? "Sent." : "Not sent.");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(field()?.value ?? "");
      say("Copied.");
    } catch {
      field()?.select();
      say("Press your keys for copying now.");
    }
  };
  return html`<div id="clipboard-panel" class="view-menu clipboard-panel" popover role="group" aria-label="Clipboard">
    <label for="machine-text">The machine’s clipboard</label>
    <textarea id="machine-text" spellcheck="false" autocomplete="off" .value=${remoteText}></textarea>
    <span class="pair">
      <button type="button" ?disabled=${!mayWrite || !controls} @click=${send}>Send to the machine</button>
      <button type="button" ?disabled=${!mayRead} @click=${() => void copy()}>Copy here</button>
    </span>
    ${mayRead ? nothing : html`<p class="muted">You may not copy from this machine.</p>`}
    ${mayWrite ? nothing : html`<p class="muted">You may not paste into this machine.</p>`}
  </div>`;
}

function renderNetwork({ network, size }: Menus): TemplateResult {
  const rows: [string, string][] =
    network === null
      ? []
      : [
          ["Pictures", `${network.frames} a second`],
          ["Data", `${((network.bytes * 8) / 1e6).toFixed(1)} Mb/s`],
          ["Drawing", `${network.drawMs.toFixed(1)} ms`],
          ["Sent as", network.codecs.length === 0 ? "nothing new" : network.codecs.join(", ")],
          ["Screen", `${size.width} × ${size.height}`],
        ];
  return html`<div id="network" class="view-menu network" popover role="group" aria-label="Network">
    <dl data-testid="network">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
  </div>`;
}

function renderView(menus: Menus): TemplateResult {
  const { options, choose, chooseTheme, theme, guest } = menus;
  const platform = clientPlatform();
  const translates =
    guest === "macos"
      ? platform === "mac" || platform === "ios"
        ? nothing
        : tick(
            "control-as-command",
            "Control key acts as Command",
            options.controlAsCommand,
            (controlAsCommand) => choose({ controlAsCommand }),
          )
      : platform === "mac"
        ? tick(
            "command-as-control",
            "Command key acts as Control",
            options.commandAsControl,
            (commandAsControl) => choose({ commandAsControl }),
          )
        : nothing;
  return html`<div id="view-menu" class="view-menu" popover role="group" aria-label="View settings">
    ${select("scaling", "Size", SCALINGS, options.scaling, (scaling) => choose({ scaling }), SCALING_NAMES)}
    ${select("clipboard", "Clipboard", CLIPBOARDS, options.clipboard, (clipboard) => choose({ clipboard }), CLIPBOARD_NAMES)}
    ${select("touch", "Fingers", TOUCH_MODES, options.touch, (touch) => choose({ touch }), TOUCH_NAMES)}
    ${select("theme", "Page", THEMES, theme, chooseTheme, THEME_NAMES)}
    ${translates}
  </div>`;
}

const SCALING_NAMES: Readonly<Record<DesktopOptions["scaling"], string>> = {
  fit: "Fit the window",
  full: "Pixel for pixel",
  match: "Machine takes the window’s size",
};
const CLIPBOARD_NAMES: Readonly<Record<DesktopOptions["clipboard"], string>> = {
  both: "Shared both ways",
  "to-machine": "To the machine only",
  off: "Not shared",
};
const TOUCH_NAMES: Readonly<Record<DesktopOptions["touch"], string>> = {
  direct: "Touch the screen",
  touchpad: "Move the pointer",
};
