/** Takes indentation and comments out of the styles in `css` templates, which no minifier touches. */
import type { Plugin } from "vite";

const TEMPLATE = /\bcss`[^`]*`/g;
const COMMENT = /\/\*[\s\S]*?\*\//g;

export function litCss(): Plugin {
  return {
    name: "transom-lit-css",
    apply: "build",
    enforce: "pre",
    transform: {
      filter: { id: /src\/.*\.ts$/, code: /\bcss`/ },
      handler: (code) => ({ code: code.replace(TEMPLATE, smaller), map: null }),
    },
  };
}

/** Values keep their inner spaces: only what stands around lines, braces and semicolons goes. */
function smaller(template: string): string {
  return template
    .replace(COMMENT, "")
    .replace(/\s*\n\s*/g, "\n")
    .replace(/\s*([{};])\s*/g, "$1")
    .replace(/\n/g, " ");
}
