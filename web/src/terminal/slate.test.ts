// @vitest-environment happy-dom
import { Terminal } from "@xterm/xterm";
import { expect, it } from "vitest";
import { startAfresh } from "./slate";

const SIZE = { cols: 40, rows: 6, allowProposedApi: true, scrollback: 100 };

function write(term: Terminal, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => term.write(text, resolve));
}

function lines(term: Terminal, from: number, to: number): string[] {
  const all: string[] = [];
  for (let y = from; y < to; y += 1) {
    all.push(term.buffer.active.getLine(y)?.translateToString(true) ?? "");
  }
  return all;
}

const screen = (term: Terminal) =>
  lines(term, term.buffer.active.baseY, term.buffer.active.baseY + term.rows);
const history = (term: Terminal) => lines(term, 0, term.buffer.active.baseY);

/** What a program can make of a terminal that the next one must not notice. */
const TRACES: Record<string, string | Uint8Array> = {
  "text and colours": "one\r\ntwo \x1b[1;31;44mred\r\nthree",
  "a full screen": Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\r\n"),
  "an editor": "before\r\n\x1b[?1049h\x1b[2J\x1b[3;3Hediting\x1b[?25l\x1b[?1h\x1b=\x1b[2;4r",
  "modes of typing": "\x1b[?2004h\x1b[?1004h\x1b[4h\x1b[?1h\x1b=\x1b[?66h",
  "mouse reports": "\x1b[?1003h\x1b[?1006h",
  "margins and origin": "\x1b[2;4r\x1b[?6h\x1b[?7l\x1b[20h\x1b[?45h",
  "tab stops": "\x1b[3g\x1b[4G\x1bH\r",
  "a line-drawing character set": "\x1b(0\x0e\x1b)0lqqk",
  "a saved cursor": "\x1b[5;20H\x1b7\x1b[H",
  "half a sequence": "text\x1b[31",
  "half a title": "text\x1b]2;never en",
  "half a device string": "text\x1bP+q",
  "half a character": Uint8Array.of(0x74, 0xe2, 0x82),
  "synchronized output": "text\x1b[?2026h",
};

/** Shows every trace: text, wrapping, tabs, newlines, restored cursor, insertion, character sets. */
const PROBE =
  "a\tb\tc\r\nlq\x0eq\x0fx\n\x1b8R\x1b[3;1H" +
  "w".repeat(45) +
  "\x1b[6;1H\nend\x1b[2;2Hins\x1b[?1049h\t\talt\x1b8S";

for (const [what, trace] of Object.entries(TRACES)) {
  it(`leaves no trace of ${what}`, async () => {
    const [used, fresh] = [new Terminal(SIZE), new Terminal(SIZE)];
    await write(used, trace);
    startAfresh(used, null);
    await write(used, PROBE);
    await write(fresh, PROBE);
    expect(screen(used)).toEqual(screen(fresh));
    expect(used.modes).toEqual(fresh.modes);
    const { cursorX, cursorY } = used.buffer.active;
    expect([cursorX, cursorY]).toEqual([fresh.buffer.active.cursorX, fresh.buffer.active.cursorY]);
    await write(used, "\x1b[?1049l");
    await write(fresh, "\x1b[?1049l");
    expect(screen(used)).toEqual(screen(fresh));
  });
}

it("keeps what was printed, in order, with the remark behind it", async () => {
  const term = new Terminal(SIZE);
  await write(term, Array.from({ length: 10 }, (_, i) => `line ${i}`).join("\r\n"));
  startAfresh(term, "— 1.2 MB skipped —");
  await write(term, "restored");
  expect(history(term)).toEqual([
    ...Array.from({ length: 10 }, (_, i) => `line ${i}`),
    "— 1.2 MB skipped —",
  ]);
  expect(screen(term)).toEqual(["restored", "", "", "", "", ""]);
});

it("puts no empty lines into the history", async () => {
  const term = new Terminal(SIZE);
  startAfresh(term, null);
  await write(term, "");
  expect(term.buffer.active.baseY).toBe(0);
  await write(term, "one\r\n");
  startAfresh(term, "rule");
  await write(term, "");
  expect(history(term)).toEqual(["one", "rule"]);
  expect(screen(term).join("")).toBe("");
});

it("keeps the text before an editor, not the editor's", async () => {
  const term = new Terminal(SIZE);
  await write(term, "before\r\n\x1b[?1049h\x1b[Hediting");
  startAfresh(term, null);
  await write(term, "");
  expect(history(term)).toEqual(["before"]);
  expect(term.buffer.active.type).toBe("normal");
});
