/**
 * What the pages tell the browser to load before the scripts ask for it. A page's own modules and font
 * come at once; the next page's while there is nothing else to do, so that a click finds them there.
 */
import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";

export interface HeadLinks {
  /** For a page's file name: entries of other pages that are likely to be next. */
  next: Readonly<Record<string, readonly string[]>>;
  /** For a page's file name: endings of other files that it needs at once, and their kinds. */
  files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For an entry: names of lazy modules that its first moments need. */
  soon: Readonly<Record<string, readonly string[]>>;
}

export function headLinks({ next, files, soon }: HeadLinks): Plugin {
  return {
    name: "transom-head-links",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { filename, bundle = {}, chunk }) {
        const page = filename.split("/").at(-1) ?? "";
        const named = (names: readonly string[]) =>
          all(bundle).filter((c) => names.includes(c.name));
        const scripts = [...(chunk ? graph(chunk, bundle) : []), ...named(soon[page] ?? [])];
        const tags = scripts
          .filter((c) => c !== chunk)
          .map((c) => link({ rel: "modulepreload", crossorigin: true, href: `/${c.fileName}` }));
        for (const [ending, as] of Object.entries(files[page] ?? {})) {
          tags.push(...ofKind(bundle, ending, { rel: "preload", as, crossorigin: true }));
        }
        for (const entry of next[page] ?? []) {
          const target = all(bundle).find(
            (c) => c.isEntry && c.facadeModuleId?.endsWith(`/${entry}`),
          );
          if (target === undefined) throw new Error(`${page} leads to ${entry}, which is no entry`);
          const later = [...graph(target, bundle), ...named(soon[entry] ?? [])];
          for (const c of later.filter((c) => !scripts.includes(c))) {
            tags.push(
              link({ rel: "prefetch", as: "script", crossorigin: true, href: `/${c.fileName}` }),
            );
          }
          for (const [ending, as] of Object.entries(files[entry] ?? {})) {
            tags.push(...ofKind(bundle, ending, { rel: "prefetch", as, crossorigin: true }));
          }
        }
        return tags;
      },
    },
  };
}

type Attributes = NonNullable<HtmlTagDescriptor["attrs"]>;

function link(attrs: Attributes): HtmlTagDescriptor {
  return { tag: "link", attrs, injectTo: "head" };
}

function ofKind(
  bundle: Rolldown.OutputBundle,
  ending: string,
  attrs: Attributes,
): HtmlTagDescriptor[] {
  return Object.keys(bundle)
    .filter((name) => name.endsWith(ending))
    .map((name) => link({ ...attrs, href: `/${name}` }));
}

function all(bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  return Object.values(bundle).filter((file) => file.type === "chunk");
}

/** The chunk and what it imports statically. */
export function graph(
  chunk: Rolldown.OutputChunk,
  bundle: Rolldown.OutputBundle,
): Rolldown.OutputChunk[] {
  const seen = new Set<Rolldown.OutputChunk>();
  const walk = (next: Rolldown.OutputChunk): void => {
    if (seen.has(next)) return;
    seen.add(next);
    for (const name of next.imports) {
      const imported = bundle[name];
      if (imported?.type === "chunk") walk(imported);
    }
  };
  walk(chunk);
  return [...seen];
}
