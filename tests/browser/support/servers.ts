// VNC servers with an X screen behind them, of the makes that the tests know, each with what Transom is told of it.
import { execFile, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "@playwright/test";
import { freePort } from "./cable.ts";
import { Program } from "./program.ts";
import { XScreen } from "./x-screen.ts";

const run = promisify(execFile);
const PLACE = path.join(import.meta.dirname, "../../../target/browser/servers");
/** VNC takes no more than eight characters. */
const PASSWORD = "secret12";
const SIZE = "1000x600";

/** How Transom reaches a machine. */
export interface Endpoint {
  protocol: "vnc";
  host: string;
  port: number;
  login: { kind: "none" } | { kind: "password"; password: string };
  username?: string;
  host_keys?: string[];
}

/** An X screen that a VNC server shows. */
export class ScreenServer {
  private constructor(
    readonly screen: XScreen,
    readonly endpoint: Endpoint,
    readonly programs: Program[],
  ) {}

  /** TigerVNC's, which is the X server as well. */
  static async tigervnc(security: "None" | "VncAuth" | "X509Vnc"): Promise<ScreenServer> {
    const [port, words] = [await freePort(), ["-SecurityTypes", security]];
    const endpoint: Endpoint = { protocol: "vnc", host: "127.0.0.1", port, login: { kind: "none" } };
    if (security !== "None") {
      endpoint.login = { kind: "password", password: PASSWORD };
      words.push("-PasswordFile", await passwordFile());
    }
    if (security === "X509Vnc") {
      const { certificate, key, fingerprint } = await certify();
      words.push("-X509Cert", certificate, "-X509Key", key);
      endpoint.host_keys = [fingerprint];
    }
    // A display for each port: nobody else has that number either.
    const listen = ["-rfbport", String(port), "-localhost", "-AlwaysShared", "-nolisten", "tcp", "-noreset"];
    const size = ["-geometry", SIZE, "-depth", "24", "-AcceptSetDesktopSize"];
    const server = new Program("Xtigervnc", [`:${port}`, ...size, ...listen, ...words]);
    await server.said(/Listening for VNC connections/);
    const screen = new XScreen(`:${port}`);
    // It listens before it answers.
    await expect(() => screen.run("xsetroot", "-solid", "#31465c")).toPass();
    return new ScreenServer(screen, endpoint, [server]);
  }

  /** x11vnc, which copies the screen of another X server. */
  static async x11vnc(): Promise<ScreenServer> {
    const { screen, programs } = await ScreenServer.tigervnc("None");
    const port = await freePort();
    const listen = ["-rfbport", String(port), "-localhost", "-forever", "-shared", "-nopw", "-xrandr"];
    const copier = screen.start("x11vnc", "-display", screen.display, ...listen);
    await copier.said(/^PORT=/);
    const endpoint: Endpoint = { protocol: "vnc", host: "127.0.0.1", port, login: { kind: "none" } };
    return new ScreenServer(screen, endpoint, [...programs, copier]);
  }

  async stop(): Promise<void> {
    for (const program of this.programs.toReversed()) await program.stop();
  }
}

/** A password as TigerVNC keeps it. */
async function passwordFile(): Promise<string> {
  const file = await placed("password");
  const scrambler = spawn("tigervncpasswd", ["-f"], { stdio: ["pipe", "pipe", "inherit"] });
  scrambler.stdin.end(PASSWORD);
  const scrambled: Buffer[] = [];
  for await (const chunk of scrambler.stdout) scrambled.push(chunk as Buffer);
  await writeFile(file, Buffer.concat(scrambled), { mode: 0o600 });
  return file;
}

/** A certificate for its TLS, and what proves it. */
async function certify(): Promise<{ certificate: string; key: string; fingerprint: string }> {
  const [certificate, key] = [await placed("tls.pem"), await placed("tls.key")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const about = ["-days", "2", "-subj", "/CN=vm", "-keyout", key, "-out", certificate];
  await run("openssl", ["req", "-x509", ...curve, ...about]);
  const { raw } = new X509Certificate(await readFile(certificate));
  const digest = createHash("sha256").update(raw).digest("base64").replace(/=+$/, "");
  return { certificate, key, fingerprint: `SHA256:${digest}` };
}

/** A name for a file of the servers'. */
export async function placed(name: string): Promise<string> {
  await mkdir(PLACE, { recursive: true });
  return path.join(PLACE, name);
}
