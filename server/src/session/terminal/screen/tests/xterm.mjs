// Asks the page's emulator, xterm.js with unicode-graphemes, whether a snapshot is right.
//
// stdin: cases, each { u16 cols, u16 rows, u16 new cols, u16 new rows, then prefix, snapshot and
// rest, each u32 length and bytes }, little endian; new cols 0 is no resize. stdout: a line per case,
// "ok", "thrown" (xterm.js itself failed on the prefix) or what differs between a terminal that was
// written the prefix and one that was written the snapshot, before or after both got the rest.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../../../../web/package.json", import.meta.url));
// With Node's Buffer the add-on reads its table at a wrong place; a browser has none.
const input = readFileSync(0);
globalThis.Buffer = undefined;
const { Terminal } = require("@xterm/headless");
const { UnicodeGraphemesAddon } = require("@xterm/addon-unicode-graphemes");

const COLOR_KIND = 0x3000000;
const EXTENDED = 0x10000000;

function fresh(cols, rows, scrollback) {
  const term = new Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: "off" });
  term.loadAddon(new UnicodeGraphemesAddon());
  const seen = { replies: "", title: "", colors: {} };
  term.onData((text) => {
    seen.replies += text;
  });
  term.onTitleChange((title) => {
    seen.title = title;
  });
  term._core._inputHandler.onColor((events) => {
    for (const { type, index, color } of events) {
      if (type === 1) seen.colors[index] = color.join("/");
      if (type === 2 && index === undefined) {
        for (const key of Object.keys(seen.colors)) if (Number(key) < 256) delete seen.colors[key];
      } else if (type === 2) delete seen.colors[index];
    }
  });
  for (const number of [7, 9]) {
    term.parser.registerOscHandler(number, (data) => {
      if (number === 7 || data.startsWith("4;")) seen[number] = data;
      return true;
    });
  }
  return { term, seen };
}

/** Only the index of a colour from a palette: xterm.js leaves rests of an older RGB above it. */
function plain(bits) {
  const kind = bits & COLOR_KIND;
  return (kind === 0x1000000 || kind === 0x2000000 ? bits & ~0xffff00 : bits) >>> 0;
}

function extra(attr) {
  // What a link leads to is forgotten with the line that it began on, so it is no part of the state.
  return `${(attr._ext >>> 26) & 7}:${plain(attr._ext & 0x3ffffff)}:${attr.urlId ? 1 : 0}`;
}

function cells(line, cols) {
  const widths = [];
  for (let x = 0; x < cols; x += 1) widths.push(line.getWidth(x));
  const found = [];
  for (let x = 0; x < cols; x += 1) {
    let text = line.getString(x);
    let width = widths[x];
    // Half a wide character is shown as an empty cell.
    if (width === 0 && widths[x - 1] !== 2) [text, width] = ["", 1];
    if (width === 2 && (x + 1 >= cols || widths[x + 1] !== 0)) [text, width] = ["", 1];
    const [fg, bg] = [plain(line.getFg(x)), plain(line.getBg(x))];
    const more = bg & EXTENDED ? extra(line._extendedAttrs[x]) : "";
    found.push(`${text}|${width}|${fg.toString(16)}|${bg.toString(16)}|${more}`);
  }
  return found;
}

const buffersOf = ({ term }) => ({ normal: term._core.buffers.normal, alternate: term._core.buffers.alt });

function modes({ term, seen }) {
  const core = term._core;
  const { cols, rows } = term;
  const found = new Map();
  found.set("active", core.buffers.active === core.buffers.alt ? "alternate" : "normal");
  for (const [name, buffer] of Object.entries(buffersOf({ term }))) {
    if (core.buffers.active === buffer) found.set(`${name} cursor`, `${buffer.x},${buffer.y}`);
    found.set(`${name} lines`, Math.min(rows, buffer.lines.length));
    found.set(`${name} margins`, `${buffer.scrollTop},${buffer.scrollBottom}`);
    const tabs = Object.keys(buffer.tabs).filter((x) => Number(x) < cols && buffer.tabs[x]);
    found.set(`${name} tabs`, tabs.join());
    const y = Math.min(Math.max(buffer.savedY - buffer.ybase, 0), rows - 1);
    const { fg, bg } = buffer.savedCurAttrData;
    found.set(`${name} saved`, `${Math.min(buffer.savedX, cols - 1)},${y} ${plain(fg)},${plain(bg)}`);
    found.set(`${name} saved charset`, JSON.stringify(buffer.savedCharset));
  }
  const pen = core._inputHandler._curAttrData;
  found.set("pen", `${plain(pen.fg).toString(16)},${plain(pen.bg).toString(16)},${extra(pen.extended)}`);
  const sets = core._charsetService;
  found.set("charset", JSON.stringify(sets.charset ?? null));
  found.set("level", sets.glevel);
  found.set("sets", JSON.stringify([0, 1, 2, 3].map((at) => sets._charsets[at] ?? null)));
  for (const [name, on] of Object.entries(core.coreService.decPrivateModes)) found.set(name, on);
  found.set("insert", core.coreService.modes.insertMode);
  found.set("hidden", core.coreService.isCursorHidden);
  found.set("mouse", `${core.coreMouseService.activeProtocol} ${core.coreMouseService.activeEncoding}`);
  found.set("newline", term.options.convertEol);
  found.set("blink", term.options.cursorBlink);
  found.set("seen", JSON.stringify({ ...seen, replies: "" }));
  return found;
}

/** Whether two lines are the same at first sight. */
function same(was, is, cols) {
  for (let at = 0; at < cols * 3; at += 1) {
    if (was._data[at] !== is._data[at]) return false;
  }
  for (let x = 0; x < cols; x += 1) {
    if (was.isCombined(x) || was.getBg(x) & EXTENDED) return false;
  }
  return true;
}

function difference(lived, joined) {
  const found = [];
  const compare = (name, was, is) => {
    if (was !== is) found.push(`${name}: ${JSON.stringify(was)} != ${JSON.stringify(is)}`);
  };
  const now = modes(joined);
  for (const [name, value] of modes(lived)) compare(name, value, now.get(name));
  const { cols, rows } = lived.term;
  const buffers = buffersOf(joined);
  for (const [name, buffer] of Object.entries(buffersOf(lived))) {
    for (let y = 0; y < Math.min(rows, buffer.lines.length); y += 1) {
      const was = buffer.lines.get(buffer.ybase + y);
      const is = buffers[name].lines.get(buffers[name].ybase + y);
      if (is === undefined) continue;
      compare(`${name} wrapped ${y}`, was.isWrapped, is.isWrapped);
      if (same(was, is, cols)) continue;
      const cellsNow = cells(is, cols);
      for (const [x, cell] of cells(was, cols).entries()) compare(`${name} ${x},${y}`, cell, cellsNow[x]);
    }
  }
  return found.length === 0 ? undefined : `${found.length}: ${found.slice(0, 6).join("; ")}`;
}

function verdict([cols, rows, newCols, newRows], prefix, snapshot, rest) {
  const scrollback = 1000;
  const lived = fresh(cols, rows, scrollback);
  const joined = fresh(newCols || cols, newRows || rows, scrollback);
  try {
    lived.term._core.writeSync(prefix);
    if (newCols > 0) lived.term.resize(newCols, newRows);
  } catch {
    return "thrown";
  }
  joined.term._core.writeSync(snapshot);
  if (joined.seen.replies !== "") return `the snapshot asks: ${JSON.stringify(joined.seen.replies)}`;
  const now = difference(lived, joined);
  if (now !== undefined) return `now ${now}`;
  try {
    lived.term._core.writeSync(rest);
    joined.term._core.writeSync(rest);
  } catch {
    return "thrown";
  }
  const later = difference(lived, joined);
  const verdict = later === undefined ? "ok" : `later ${later}`;
  lived.term.dispose();
  joined.term.dispose();
  return verdict;
}

const verdicts = [];
let at = 0;
while (at < input.length) {
  const sizes = [0, 2, 4, 6].map((offset) => input.readUInt16LE(at + offset));
  at += 8;
  const parts = [0, 1, 2].map(() => {
    const length = input.readUInt32LE(at);
    at += 4 + length;
    return Uint8Array.from(input.subarray(at - length, at));
  });
  verdicts.push(verdict(sizes, ...parts));
}
process.stdout.write(`${verdicts.join("\n")}\n`);
