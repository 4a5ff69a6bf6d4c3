// A screen of an X server of this computer: what X itself says of it, and programs on it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Picture } from "./desktop.ts";
import { Program } from "./program.ts";

const run = promisify(execFile);

export class XScreen implements Picture {
  constructor(readonly display: string) {}

  /** What programs on it see. */
  get env(): NodeJS.ProcessEnv {
    return { DISPLAY: this.display, LANG: "C.UTF-8" };
  }

  /** Runs a program to its end; returns what it printed. */
  async run(program: string, ...words: string[]): Promise<string> {
    const env = { ...process.env, ...this.env };
    return (await run(program, words, { env, maxBuffer: 64 << 20 })).stdout;
  }

  /** Starts a program that whoever asked for it stops again. */
  start(program: string, ...words: string[]): Program {
    return new Program(program, words, this.env);
  }

  /** Its window dump (XWDFile.h), without the pointer. */
  async dump(): Promise<Buffer> {
    const env = { ...process.env, ...this.env };
    const dump = await run("xwd", ["-root", "-silent"], { env, encoding: "buffer", maxBuffer: 64 << 20 });
    return dump.stdout;
  }

  /** Red, green and blue of every pixel, as X has them, without the pointer. */
  async pixels(): Promise<Buffer> {
    const dump = await this.dump();
    const { start, width, height, line } = xwdLayout(dump);
    const out = Buffer.alloc(width * height * 3);
    let to = 0;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const from = start + y * line + x * 4;
        out[to] = dump[from + 2] ?? 0;
        out[to + 1] = dump[from + 1] ?? 0;
        out[to + 2] = dump[from] ?? 0;
        to += 3;
      }
    }
    return out;
  }

  /** What is on a clipboard of its; empty where nothing is. */
  async copied(selection: "clipboard" | "buffer-cut"): Promise<Buffer> {
    const env = { ...process.env, ...this.env };
    const words = ["-selection", selection, "-o"];
    return (await run("xclip", words, { env, encoding: "buffer" }).catch(() => ({ stdout: Buffer.of() }))).stdout;
  }

  /** A program that has copied a file's text, until it is stopped. */
  copy(file: string): Program {
    return this.start("xclip", "-selection", "clipboard", "-quiet", "-in", file);
  }
}

/** Where the pixels are in a window dump of 32 bits a pixel: blue, green, red and nothing. */
export function xwdLayout(dump: Buffer): { start: number; width: number; height: number; line: number } {
  const field = (n: number) => dump.readUInt32BE(n * 4);
  if (field(11) !== 32) throw new Error(`a dump of ${field(11)} bits a pixel`);
  return { start: field(0) + field(19) * 12, width: field(4), height: field(5), line: field(12) };
}
