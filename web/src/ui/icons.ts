/** Icons: 20 px, drawn with the text's colour, always beside words or with a label on the control. */
import { html, svg, type TemplateResult } from "lit";

export function icon(paths: TemplateResult): TemplateResult {
  return html`<svg class="icon" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor"
    stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;
}

export const logo = html`<svg class="logo" width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor"
  stroke-width="2" aria-hidden="true"><rect x="1" y="4" width="20" height="14" rx="3" /><path d="M1 11h20" /></svg>`;

export const terminalIcon = icon(svg`<path d="m4 5 5 5-5 5M11 15h5" />`);
export const desktopIcon = icon(
  svg`<rect x="2.5" y="3.5" width="15" height="10" rx="1.5" /><path d="M7 17h6M10 13.5V17" />`,
);
export const backIcon = icon(svg`<path d="M12 4 6 10l6 6" />`);
export const plusIcon = icon(svg`<path d="M10 4v12M4 10h12" />`);
export const closeIcon = icon(svg`<path d="m6 6 8 8M14 6l-8 8" />`);
export const viewIcon = icon(
  svg`<path d="M3 6h8M15 6h2M3 14h2M9 14h8" /><circle cx="13" cy="6" r="2" /><circle cx="7" cy="14" r="2" />`,
);
export const fullScreenIcon = icon(svg`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4" />`);
export const filesIcon = icon(svg`<path d="M2.5 15.500v-11h5l2 2.500h8v8.500z" />`);
export const peopleIcon = icon(
  svg`<circle cx="7.5" cy="7" r="3" /><path d="M2 16.5c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5M13 4.3a3 3 0 0 1 0 5.4M15 12.5c1.6.6 2.600 2 3 4" />`,
);
export const keyboardIcon = icon(
  svg`<rect x="2" y="5" width="16" height="10.500" rx="1.500" /><path d="M5 8.500h.01M8 8.500h.01M11 8.500h.01M14 8.500h.01M6 12.500h8" />`,
);
export const clipboardIcon = icon(
  svg`<rect x="4" y="4" width="12" height="13.500" rx="1.500" /><path d="M7.500 4V2.500h5V4" />`,
);
export const cameraIcon = icon(
  svg`<path d="M2.500 6h4l1.500-2h4l1.500 2h4v10.500h-15z" /><circle cx="10" cy="11" r="3" />`,
);
export const signalIcon = icon(svg`<path d="M4 16v-3M8 16v-6M12 16V7M16 16V4" />`);
