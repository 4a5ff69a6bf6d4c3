/**
 * A terminal as if new, whose history stays: what was on the screen moves up into the scrollback.
 * `Terminal.reset` would be as clean, but it forgets everything that was printed.
 */
import type { IBuffer, Terminal } from "@xterm/xterm";

const ABORT_SEQUENCE = "\x18";
/** Margins, attributes, modes, character sets and the saved cursor of the screen in use. */
const SOFT_RESET = "\x1b[!p";
/** What a soft reset leaves: newline mode, mouse reports and their encodings, synchronized output. */
const REST_OF_MODES = "\x1b[20l\x1b[?9;1000;1002;1003;1005;1006;1015;1016;2026l";
const COLORS = "\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07";
const NO_TITLE = "\x1b]2;\x07";
const ALTERNATE = "\x1b[?1047h";
const NORMAL = "\x1b[?1047l";
const CLEAR = "\x1b[2J\x1b[H";
const TAB = 8;

/**
 * Everything written before has to be parsed. `remark` becomes the last line of the history; what is
 * written from now on meets an empty screen.
 */
export function startAfresh(term: Terminal, remark: string | null): void {
  const { rows, cols } = term;
  const used = usedRows(term.buffer.normal, rows);
  const tabs = tabStops(cols);
  let last = used;
  let text = ABORT_SEQUENCE + ALTERNATE + SOFT_RESET + tabs + NORMAL + SOFT_RESET + tabs;
  text += REST_OF_MODES + COLORS + NO_TITLE;
  if (remark !== null) {
    const line = `\x1b[0;90m${remark.slice(0, cols)}\x1b[0m`;
    text += `\x1b[${Math.max(1, used)};1H${used > 0 ? "\r\n" : ""}${line}`;
    last = Math.min(rows, used + 1);
  }
  text += `\x1b[${rows};1H${"\n".repeat(last)}${CLEAR}`;
  term.write(text);
}

/** Rows of the screen down to the last one that holds text. */
function usedRows(buffer: IBuffer, rows: number): number {
  for (let row = rows; row > 0; row -= 1) {
    const line = buffer.getLine(buffer.baseY + row - 1);
    if (line !== undefined && line.translateToString(true) !== "") return row;
  }
  return 0;
}

function tabStops(cols: number): string {
  let text = "\x1b[3g";
  for (let column = 1; column <= cols; column += TAB) text += `\x1b[${column}G\x1bH`;
  return text;
}
