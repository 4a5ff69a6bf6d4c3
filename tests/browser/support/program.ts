// A program of this computer that a test starts, and that is ended by its own process id.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** As much of what it said as an error repeats. */
const LAST_LINES = 20;

export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #gone: Promise<void>;
  readonly #listeners = new Set<() => void>();
  #ended = "";

  constructor(name: string, words: string[], env: NodeJS.ProcessEnv = {}) {
    this.#name = name;
    const child = spawn(name, words, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    for (const from of [child.stdout, child.stderr]) this.#listen(from);
    // Who writes to a program that has ended learns of it by `said`.
    child.stdin.on("error", () => {});
    this.#gone = new Promise((resolve) => {
      const gone = (how: string) => {
        this.#ended = how;
        for (const listener of this.#listeners) listener();
        resolve();
      };
      child.once("error", (error) => gone(error.message));
      child.once("exit", (code, signal) => gone(`it ended with ${code ?? signal}`));
    });
  }

  /** What it has said so far, both ways. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits until it has said so, and returns the match of the first line that does. */
  async said(pattern: RegExp, from = 0): Promise<RegExpMatchArray> {
    for (let at = from; ; at += 1) {
      while (at >= this.#lines.length) {
        if (this.#ended !== "") throw new Error(`${this.#name}: ${this.#ended}: ${this.#last()}`);
        await this.#news();
      }
      const match = this.#lines[at]?.match(pattern);
      if (match) return match;
    }
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async stop(): Promise<void> {
    if (this.#ended === "") this.#child.kill("SIGKILL");
    await this.#gone;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const listener = () => {
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  #listen(from: Readable | null): void {
    if (from === null) return;
    createInterface({ input: from }).on("line", (line) => {
      this.#lines.push(line);
      for (const listener of this.#listeners) listener();
    });
  }

  #last(): string {
    return this.#lines.slice(-LAST_LINES).join("; ");
  }
}
