// @vitest-environment happy-dom
import { Terminal } from "@xterm/xterm";
import { expect, it } from "vitest";
import { History, isFocusReport, muteReplies } from "./replies";

const QUESTIONS: Readonly<Record<string, string>> = {
  "primary attributes": "\x1b[c",
  "secondary attributes": "\x1b[>c",
  status: "\x1b[5n",
  cursor: "\x1b[6n",
  "cursor, DEC": "\x1b[?6n",
  "mode, ANSI": "\x1b[4$p",
  "mode, DEC": "\x1b[?2004$p",
  setting: "\x1bP$qm\x1b\\",
};

/** Texts that a program could have typed in its own name. */
const ECHOES = [
  "\x1b[21t",
  "\x1b[20t",
  "\x1b[18t",
  "\x1b[14t",
  "\x1b]52;c;?\x07",
  "\x1b[?u",
  "\x05",
  "\x1bP+q544e\x1b\\",
];

function emulator() {
  const term = new Terminal({ allowProposedApi: true });
  const said: string[] = [];
  term.onData((text) => said.push(text));
  const write = (text: string) => new Promise<void>((done) => term.write(text, done));
  return { term, said, write };
}

it.each(Object.entries(QUESTIONS))(
  "%s is asked and answered once, by who answers",
  async (_name, question) => {
    const { term, said, write } = emulator();
    let answers = true;
    muteReplies(term, () => answers);
    await write(question);
    expect(said).toHaveLength(1);
    answers = false;
    await write(question);
    expect(said).toHaveLength(1);
  },
);

it("never sends back what a program chose", async () => {
  const { said, write } = emulator();
  await write("\x1b]2;rm -rf /\x07\x1b]1;x\x07");
  for (const echo of ECHOES) await write(echo);
  expect(said).toEqual([]);
});

it("stays silent for the past and for a picture of the screen", async () => {
  const { term, said, write } = emulator();
  const history = new History();
  muteReplies(term, () => !history.past);
  history.ends(10);
  history.enter(0);
  await write("\x1b[c");
  expect(said).toEqual([]);
  history.enter(10);
  history.redraws(true);
  await write("\x1b[c");
  history.redraws(false);
  expect(said).toEqual([]);
  await write("\x1b[c");
  expect(said).toHaveLength(1);
});

it("knows the report of being looked at, which no key sends", () => {
  expect(isFocusReport("\x1b[I")).toBe(true);
  expect(isFocusReport("\x1b[O")).toBe(true);
  expect(isFocusReport("\x1b[A")).toBe(false);
  expect(isFocusReport("I")).toBe(false);
});
