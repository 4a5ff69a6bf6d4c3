/** A person's initials on their colour; a mark where they control. */
import { html, type TemplateResult } from "lit";
import { colours, initials } from "./faces";

export function renderFace({
  name,
  controls,
}: {
  name: string;
  controls: boolean;
}): TemplateResult {
  return html`<span class="face-of" aria-hidden="true" ?data-controls=${controls}
    style="background:${colours.of(name)}">${initials(name)}</span>`;
}
