/**
 * Emits one classic script and puts it into the head of every page, where it runs before the first
 * paint. Vite leaves scripts without `type="module"` alone, and the pages may hold no inline script.
 */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

export function themeScript(source: string): Plugin {
  let reference = "";
  let building = false;
  return {
    name: "transom-theme-script",
    configResolved(config) {
      building = config.command === "build";
    },
    buildStart() {
      if (!building) return;
      reference = this.emitFile({
        type: "asset",
        name: "theme.js",
        source: readFileSync(source, "utf8"),
      });
    },
    generateBundle(_options, bundle) {
      const address = `/${this.getFileName(reference)}`;
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".html")) continue;
        file.source = String(file.source).replace(
          "<head>",
          `<head>\n    <script src="${address}"></script>`,
        );
      }
    },
  };
}
