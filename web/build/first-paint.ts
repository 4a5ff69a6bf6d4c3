/**
 * Emits one classic script and puts it into the head of every page, where it runs before the first
 * paint. Vite leaves scripts without `type="module"` alone, and the pages may hold no inline script.
 */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const NAME = "first-paint.js";

export function firstPaintScript(source: string): Plugin {
  return {
    name: "transom-first-paint",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", name: NAME, source: readFileSync(source, "utf8") });
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const file = Object.values(bundle ?? {}).find(
          (f) => f.type === "asset" && f.names.includes(NAME),
        );
        if (file === undefined) throw new Error(`${NAME} was not emitted`);
        return [
          { tag: "script", attrs: { src: `/${file.fileName}` }, injectTo: "head-prepend" as const },
        ];
      },
    },
  };
}
