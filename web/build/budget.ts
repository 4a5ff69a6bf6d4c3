/** Fails a build whose entries load more script than their budget, in KiB of gzip. */
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { graph } from "./head-links.ts";

export function budget(limits: Readonly<Record<string, number>>): Plugin {
  return {
    name: "transom-budget",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
        for (const [entry, limit] of Object.entries(limits)) {
          const chunk = chunks.find(
            (c) => c.isEntry && (c.name === entry || c.facadeModuleId?.endsWith(`/${entry}`)),
          );
          if (chunk === undefined) {
            this.error(`no entry ${entry} to hold against its budget`);
          }
          const files = graph(chunk, bundle);
          const kib = files.reduce((sum, c) => sum + gzipSync(c.code).length, 0) / 1024;
          const own = gzipSync(chunk.code).length / 1024;
          const line = `${entry}: ${kib.toFixed(1)} of ${limit} KiB, entry alone ${own.toFixed(1)}`;
          if (kib > limit) this.error(`over budget: ${line}`);
          this.info(line);
        }
      },
    },
  };
}
