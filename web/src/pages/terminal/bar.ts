/** The bar over a full-window terminal. */
import { html, nothing, type TemplateResult } from "lit";
import { buildAddress } from "../../ui/address";
import { backIcon, filesIcon, fullScreenIcon, plusIcon, viewIcon } from "../../ui/icons";
import { type BarState, renderState } from "../window-bar";

export interface Bar extends BarState {
  build: string;
  name: string;
  /** The strip of terminals, and what else is running; once they are loaded. */
  strip: unknown;
  more: unknown;
  mayOpen: boolean;
  open: () => void;
  files: () => void;
  /** The button of those who may share; once it is loaded. */
  share: unknown;
  fullScreen: () => void;
}

export function renderBar(bar: Bar, menu: TemplateResult | undefined): TemplateResult {
  const { build, name, strip, more } = bar;
  return html`<header class="window-bar">
    <a class="button" id="back" href=${buildAddress(build)}>${backIcon}<span class="wide">Build</span><span class="sr">Back to the build</span></a>
    <h1>${name}</h1>
    ${strip ?? nothing}
    ${
      bar.mayOpen
        ? html`<button type="button" id="open" aria-label="New terminal" title="New terminal" @click=${bar.open}>${plusIcon}</button>`
        : nothing
    }
    ${more ?? nothing}
    <span class="grow"></span>
    ${renderState(bar)}
    ${bar.share ?? nothing}
    <button type="button" aria-label="Files" title="Files on the machine" @click=${bar.files}>${filesIcon}</button>
    <button type="button" popovertarget="view-menu" aria-label="View settings" title="View settings">${viewIcon}</button>
    <button type="button" class="wide" aria-label="Full screen" title="Full screen" @click=${bar.fullScreen}>${fullScreenIcon}</button>
    ${menu}
  </header>`;
}
