/** A link as a QR code: dark on white in every colour scheme, for cameras read nothing else well. */
import { html, svg, type TemplateResult } from "lit";
import { encode } from "uqr";

export function renderQr(text: string, label: string): TemplateResult {
  const { data, size } = encode(text, { ecc: "L", border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
    ${svg`<path fill="#fff" d="M0 0h${size}v${size}h-${size}z" /><path fill="#000" d=${dark.join("")} />`}
  </svg>`;
}
