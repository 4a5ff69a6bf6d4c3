/** The bar over a full-window desktop. */
import { html, nothing, type TemplateResult } from "lit";
import { buildAddress } from "../../ui/address";
import {
  backIcon,
  cameraIcon,
  clipboardIcon,
  fullScreenIcon,
  keyboardIcon,
  signalIcon,
  viewIcon,
} from "../../ui/icons";
import { type BarState, renderState } from "../window-bar";

export interface DesktopBar extends BarState {
  build: string;
  name: string;
  machine: string;
  /** The button of those who may share; once it is loaded. */
  share: unknown;
  screenshot: (toClipboard: boolean) => void;
  fullScreen: () => void;
}

export function renderBar(bar: DesktopBar, menus: unknown): TemplateResult {
  return html`<header class="window-bar">
    <a class="button" id="back" href=${buildAddress(bar.build)}>${backIcon}<span class="wide">Build</span><span class="sr">Back to the build</span></a>
    <h1>${bar.name}</h1>
    <span class="item muted wide" data-testid="machine">${bar.machine}</span>
    <span class="grow"></span>
    ${renderState(bar)}
    ${bar.share ?? nothing}
    <button type="button" popovertarget="keys-menu" aria-label="Keys" title="Keys that the browser keeps">${keyboardIcon}</button>
    <button type="button" popovertarget="clipboard-panel" aria-label="Clipboard" title="Clipboard">${clipboardIcon}</button>
    <button type="button" aria-label="Screenshot" title="Screenshot; with Shift to the clipboard"
      @click=${(event: MouseEvent) => bar.screenshot(event.shiftKey)}>${cameraIcon}</button>
    <button type="button" class="wide" popovertarget="network" aria-label="Network" title="Network">${signalIcon}</button>
    <button type="button" popovertarget="view-menu" aria-label="View settings" title="View settings">${viewIcon}</button>
    <button type="button" class="wide" aria-label="Full screen" title="Full screen" @click=${bar.fullScreen}>${fullScreenIcon}</button>
    ${menus}
  </header>`;
}
