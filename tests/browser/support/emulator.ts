// A machine without a system in QEMU, which is seen through the emulator's own VNC server.
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "@playwright/test";
import { freePort } from "./cable.ts";
import type { Picture } from "./desktop.ts";
import { Program } from "./program.ts";
import { type Endpoint, placed } from "./servers.ts";

const run = promisify(execFile);
/** QEMU's VNC displays are counted from this port. */
const FIRST_PORT = 5900;

export class Emulator implements Picture {
  private constructor(
    readonly endpoint: Endpoint,
    readonly qemu: Program,
    readonly serial: string,
    readonly screenshot: string,
  ) {}

  static async start(): Promise<Emulator> {
    const [disk, serial] = [await placed("keys.img"), await placed("serial")];
    await run("nasm", ["-f", "bin", path.join(import.meta.dirname, "keys.asm"), "-o", disk]);
    await rm(serial, { force: true });
    const port = await freePort();
    const qemu = new Program("qemu-system-x86_64", [
      ...["-nodefaults", "-m", "16", "-vga", "std", "-display", "none", "-qmp", "stdio"],
      ...["-drive", `format=raw,if=floppy,file=${disk}`, "-serial", `file:${serial}`],
      ...["-vnc", `127.0.0.1:${port - FIRST_PORT}`],
    ]);
    const endpoint: Endpoint = { protocol: "vnc", host: "127.0.0.1", port, login: { kind: "none" } };
    const emulator = new Emulator(endpoint, qemu, serial, await placed("screen.ppm"));
    await qemu.said(/"QMP"/);
    await emulator.ask("qmp_capabilities");
    return emulator;
  }

  /** The keys that the machine got, as its BIOS gave them. */
  async keys(): Promise<{ ascii: number; code: number }[]> {
    const bytes = await readFile(this.serial);
    return Array.from({ length: bytes.length >> 1 }, (_, n) => ({
      ascii: bytes[n * 2] ?? 0,
      code: bytes[n * 2 + 1] ?? 0,
    }));
  }

  /** Waits until the machine has started and takes keys. */
  async ready(): Promise<void> {
    // A key that comes too early is lost.
    await expect(async () => {
      const before = (await this.keys()).length;
      await this.ask("send-key", { keys: [{ type: "qcode", data: "spc" }] });
      await expect.poll(async () => (await this.keys()).length, { timeout: 1000 }).toBeGreaterThan(before);
    }).toPass();
  }

  /** Has the emulator do something, and waits until it is done. */
  async ask(execute: string, words: object = {}): Promise<void> {
    const from = this.qemu.lines.length;
    this.qemu.tell(JSON.stringify({ execute, arguments: words }));
    const [said] = await this.qemu.said(/^\{"(return|error)".*/, from);
    if (!said.startsWith('{"return"')) throw new Error(`${execute}: ${said}`);
  }

  /** The emulator's own screenshot, a portable pixmap (P6) of 255 levels. */
  async pixels(): Promise<Buffer> {
    await this.ask("screendump", { filename: this.screenshot });
    const picture = await readFile(this.screenshot);
    const header = picture
      .subarray(0, 32)
      .toString("latin1")
      .match(/^P6\s+\d+\s+\d+\s+255\s/)?.[0];
    if (header === undefined) throw new Error("no picture");
    return picture.subarray(header.length);
  }

  async stop(): Promise<void> {
    await this.qemu.stop();
  }
}
