// Writes server/src/session/terminal/screen/graphemes.bin: what the page's @xterm/addon-unicode-graphemes
// holds each character for, as runs of (length as LEB128, kind of grapheme break | wide << 4).
// Run it after an update of the add-on: node scripts/graphemes.mjs
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const root = new URL("../", import.meta.url);
const require = createRequire(new URL("web/package.json", root));
const entry = require.resolve("@xterm/addon-unicode-graphemes").replace(/\.js$/, ".mjs");
// With Node's Buffer the add-on reads its table at a wrong place; a browser has none.
Reflect.deleteProperty(globalThis, "Buffer");
const { UnicodeGraphemesAddon } = await import(pathToFileURL(entry).href);

/**
 * What the add-on registers, as far as it matters here.
 * @typedef {{ charProperties(code: number, preceding: number): number, handleGraphemes?: boolean }} Provider
 */
/** @type {Provider[]} */
const providers = [];
const unicode = {
  activeVersion: "",
  /** @param {Provider} candidate */
  register(candidate) {
    if (candidate.handleGraphemes) providers.push(candidate);
  },
};
new UnicodeGraphemesAddon().activate({ unicode });
const provider = providers.at(-1);
if (provider === undefined) throw new Error("the add-on registered nothing that knows graphemes");

// After a combining character, so that the short way for ASCII is not taken.
const EXTEND = (2 << 3) | (1 << 1);
/** @type {{ value: number, length: number }[]} */
const runs = [];
for (let code = 0; code < 0x110000; code += 1) {
  const kind = (provider.charProperties(code, EXTEND) >> 3) & 0xf;
  const wide = ((provider.charProperties(code, 0) >> 1) & 3) === 2;
  const value = kind | (wide ? 16 : 0);
  const last = runs.at(-1);
  if (last?.value === value) last.length += 1;
  else runs.push({ value, length: 1 });
}
/** @type {number[]} */
const bytes = [];
for (const { value, length } of runs) {
  let rest = length;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest, value);
}
writeFileSync(new URL("server/src/session/terminal/screen/graphemes.bin", root), Uint8Array.from(bytes));
