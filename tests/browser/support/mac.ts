// A server as a Mac's: Apple's banner and login, ZRLE, and a screen of 5120 x 2880.
import path from "node:path";
import { Program } from "./program.ts";
import type { Endpoint } from "./servers.ts";

const TRANSOM = process.env["TRANSOM_BIN"] ?? path.join(import.meta.dirname, "../../../target/debug/transom");

export class Mac {
  private constructor(
    readonly endpoint: Endpoint,
    readonly program: Program,
  ) {}

  static async start(): Promise<Mac> {
    const program = new Program(path.join(path.dirname(TRANSOM), "apple-screen"), []);
    const port = Number((await program.said(/^port (\d+)/))[1]);
    const login = { kind: "password", password: "a longer password" } as const;
    return new Mac({ protocol: "vnc", host: "127.0.0.1", port, username: "builder", login }, program);
  }

  /** The SHA-256 of what its screen shows: red, green and blue of every pixel. */
  async hash(): Promise<string> {
    return this.#ask("picture", /^picture (.+)/);
  }

  /** A part of its screen becomes another. */
  async change(): Promise<void> {
    await this.#ask("change", /^change()/);
  }

  /** Keysyms that went down and up, in hexadecimal. */
  async keys(): Promise<string> {
    return this.#ask("keys", /^keys ?(.*)/);
  }

  /** The last text for its clipboard. */
  async pasted(): Promise<string> {
    return this.#ask("pasted", /^pasted (.*)/);
  }

  /** A text is copied there. */
  async copy(text: string): Promise<void> {
    await this.#ask(`copy ${text}`, /^copy()/);
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }

  async #ask(line: string, answer: RegExp): Promise<string> {
    const from = this.program.lines.length;
    this.program.tell(line);
    return (await this.program.said(answer, from))[1] ?? "";
  }
}
