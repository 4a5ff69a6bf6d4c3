// @ts-check
// The screen of a demo machine: a VNC server with a window manager, a terminal and a clock that ticks.

import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { MARK } from "./processes.js";

const run = promisify(execFile);
const PATH = "/usr/local/bin:/usr/bin:/bin";
const SIZE = "1280x800";
const ATTEMPTS = 200;
const PAUSE_MS = 25;

/** @typedef {import("./account.js").Account} Account */

/**
 * What Transom is told about a screen.
 *
 * @typedef {object} Screen
 * @property {number} port
 * @property {string} password
 */

/**
 * Starts a screen. All its processes carry the machine's mark, and end with the machine.
 *
 * @param {object} machine
 * @param {string} machine.directory
 * @param {string} machine.buildDir
 * @param {Account} machine.account
 * @param {Record<string, string>} machine.environment what its programs see
 * @param {AbortSignal} machine.signal
 * @param {number} port where the server listens
 * @returns {Promise<Screen>}
 */
export async function startDesktop({ directory, buildDir, account, environment, signal }, port) {
  const place = path.join(directory, "desktop");
  await mkdir(place, { recursive: true });
  // VNC takes no more than eight characters.
  const password = randomBytes(4).toString("hex");
  const file = path.join(place, "password");
  await writeFile(file, await scramble(password), { mode: 0o600 });
  const asRoot = process.getuid?.() === 0;
  if (asRoot) for (const name of [place, file]) await chown(name, account.uid, account.gid);
  // As high as the port: nobody else has that number either.
  const display = `:${port}`;
  const start = (/** @type {string} */ command, /** @type {string[]} */ ...words) =>
    spawn(command, words, {
      cwd: buildDir,
      detached: true,
      stdio: "ignore",
      env: { ...environment, PATH, HOME: place, DISPLAY: display, LANG: "C.UTF-8", [MARK]: directory },
      ...(asRoot && { uid: account.uid, gid: account.gid }),
    });
  const listen = ["-rfbport", String(port), "-localhost", "-AlwaysShared", "-nolisten", "tcp"];
  const server = start(
    "Xtigervnc",
    display,
    ...["-geometry", SIZE, "-depth", "24", "-desktop", "demo machine", "-FrameRate", "60"],
    ...["-SecurityTypes", "VncAuth", "-PasswordFile", file, "-AcceptSetDesktopSize", "-noreset", ...listen],
  );
  await answers(server, { DISPLAY: display, PATH }, signal);
  const programs = [
    start("openbox"),
    start("xsetroot", "-solid", "#31465c"),
    start("xclock", "-update", "1", "-geometry", "160x160-24+24"),
    start("xterm", "-geometry", "96x28+40+60", "-fa", "Monospace", "-fs", "11", "-title", "Build directory"),
  ];
  // A program that is missing is missing on the screen, and nowhere else.
  for (const program of programs) program.on("error", () => {});
  return { port, password };
}

/**
 * Waits until X answers.
 *
 * @param {import("node:child_process").ChildProcess} server
 * @param {Record<string, string>} env
 * @param {AbortSignal} signal
 */
async function answers(server, env, signal) {
  /** @type {Error | undefined} */
  let ended;
  server.once("error", (error) => {
    ended = error;
  });
  server.once("exit", (code) => {
    ended = new Error(`the VNC server ended with ${code}`);
  });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (ended) throw ended;
    signal.throwIfAborted();
    const there = await run("xsetroot", ["-name", "demo"], { env }).then(
      () => true,
      () => false,
    );
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error("the VNC server does not answer");
}

/**
 * A password as TigerVNC keeps it.
 *
 * @param {string} password
 * @returns {Promise<Buffer>}
 */
function scramble(password) {
  return new Promise((resolve, reject) => {
    const child = execFile("tigervncpasswd", ["-f"], { encoding: "buffer" }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin?.end(password);
  });
}
