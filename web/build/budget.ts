/** Fails a build whose entries load more script than their budget, in KiB of gzip. */
import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

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
          const files = loadedAtOnce(chunk, bundle);
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

/** The entry and what it imports statically; lazy parts do not count. */
function loadedAtOnce(
  entry: Rolldown.OutputChunk,
  bundle: Rolldown.OutputBundle,
): Rolldown.OutputChunk[] {
  const seen = new Set<Rolldown.OutputChunk>();
  const walk = (chunk: Rolldown.OutputChunk): void => {
    if (seen.has(chunk)) return;
    seen.add(chunk);
    for (const name of chunk.imports) {
      const next = bundle[name];
      if (next?.type === "chunk") walk(next);
    }
  };
  walk(entry);
  return [...seen];
}
