// @ts-check
// One machine per build: an OpenSSH server of its own with its own host key, key file and directory, and a screen.

import { execFile, spawn } from "node:child_process";
import { chmod, chown, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { startDesktop } from "./desktop.js";
import { endAll, MARK } from "./processes.js";
import { checkOut, fingerprint } from "./scenarios.js";

const run = promisify(execFile);
const LOOPBACK = "127.0.0.1";
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The reference script for agents, as it is called on a machine, in TRANSOM_HOME. */
export const ENVIRONMENT_SCRIPT = "transom-env";
const SCRIPT_SOURCE = path.join(import.meta.dirname, "../../agent", ENVIRONMENT_SCRIPT);

/** @typedef {import("./account.js").Account} Account */

export class Machine {
  /** Where Transom and the CI's agent reach it. */
  host = LOOPBACK;
  port = 0;
  /** The line that proves that the far end is this machine. */
  hostKey = "";
  /** @type {import("./desktop.js").Screen | undefined} */
  screen;
  /** Short name of what was checked out. */
  commit = "";
  /** @type {Set<string>} */
  #keys = new Set();

  /**
   * @param {string} directory the machine's own directory
   * @param {Account} account who builds run as
   */
  constructor(directory, account) {
    this.directory = directory;
    this.account = account;
    /** Where the project is on the machine. */
    this.buildDir = path.join(directory, "clone");
    /** Where the build's environment is left for its terminals. */
    this.transomHome = path.join(directory, "transom");
    /** What steps append for later steps. */
    this.appended = path.join(this.transomHome, "appended");
    /** The CI agent's own private key for this machine. */
    this.agentKey = path.join(directory, "agent", "key");
    this.knownHosts = path.join(directory, "agent", "known_hosts");
  }

  /**
   * Brings the machine up with a branch of the sample project on it.
   *
   * @param {string} branch
   * @param {Record<string, string>} environment what steps and terminals see
   * @param {AbortSignal} [signal] leaves it half way
   */
  async start(branch, environment, signal = new AbortController().signal) {
    await mkdir(path.join(this.directory, "agent"), { recursive: true });
    await chmod(path.join(this.directory, "agent"), 0o700);
    const hostKey = path.join(this.directory, "host_key");
    for (const file of [this.agentKey, hostKey]) {
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", path.basename(file), "-f", file], { signal });
    }
    this.hostKey = words(await readFile(`${hostKey}.pub`, "utf8"), 2);
    await this.#checkOut(branch);
    await this.#furnish();
    await this.install([await readFile(`${this.agentKey}.pub`, "utf8")]);
    const seen = { ...environment, CM_ENV: this.appended, TRANSOM_HOME: this.transomHome };
    signal.throwIfAborted();
    await this.#listen(hostKey, seen);
    await this.#show(seen, signal);
    await writeFile(this.knownHosts, `[${this.host}]:${this.port} ${this.hostKey}\n`);
  }

  /**
   * Lets more keys in. sshd reads the file at every login.
   *
   * @param {string[]} lines as for authorized_keys
   */
  async install(lines) {
    for (const line of lines) this.#keys.add(line.trim());
    // At once: a login that reads half of it is refused.
    const file = path.join(this.directory, "authorized_keys");
    await writeFile(`${file}.new`, `${[...this.#keys].join("\n")}\n`);
    await rename(`${file}.new`, file);
  }

  /** Ends every process of the machine and forgets its disk. */
  async stop() {
    await removeMachines(this.directory);
  }

  /**
   * @param {Record<string, string>} environment
   * @param {AbortSignal} signal
   */
  async #show(environment, signal) {
    const { directory, buildDir, account } = this;
    const machine = { directory, buildDir, account, environment, signal };
    for (let attempt = 1; this.screen === undefined; attempt++) {
      try {
        this.screen = await startDesktop(machine, await freePort());
      } catch (error) {
        // Somebody else may have taken the port in between.
        if (attempt === 3 || signal.aborted) throw error;
      }
    }
  }

  /** @param {string} branch */
  async #checkOut(branch) {
    await checkOut(branch, this.buildDir);
    this.commit = await fingerprint(this.buildDir);
    if (process.getuid?.() !== 0) return;
    for (const name of ["", ...(await readdir(this.buildDir, { recursive: true }))]) {
      await chown(path.join(this.buildDir, name), this.account.uid, this.account.gid);
    }
  }

  /** Puts there what the agent needs, owned by whom builds run as. */
  async #furnish() {
    await mkdir(this.transomHome, { recursive: true });
    await writeFile(this.appended, "");
    const script = path.join(this.transomHome, ENVIRONMENT_SCRIPT);
    await copyFile(SCRIPT_SOURCE, script);
    await chmod(script, 0o755);
    await chmod(this.transomHome, 0o755);
    if (process.getuid?.() !== 0) return;
    for (const file of [this.transomHome, this.appended]) await chown(file, this.account.uid, this.account.gid);
  }

  /**
   * @param {string} hostKey
   * @param {Record<string, string>} environment
   */
  async #listen(hostKey, environment) {
    // As root, sshd wants this directory for its unprivileged half.
    if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    const file = path.join(this.directory, "sshd_config");
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort();
      await writeFile(file, this.#config(hostKey, environment));
      try {
        await this.#spawn(file);
        return;
      } catch (error) {
        // Somebody else may have taken the port in between.
        if (attempt === 5) throw error;
      }
    }
  }

  /** @param {string} config */
  async #spawn(config) {
    // sshd writes its title over its environment, so it is the shell above it that carries the mark.
    const sshd = spawn("/bin/sh", ["-c", '"$@"; exit $?', "machine", "/usr/sbin/sshd", "-D", "-e", "-f", config], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH, [MARK]: this.directory },
      // A group of its own: Ctrl-C in the terminal that runs the demo is for the dashboard alone.
      detached: true,
    });
    const said = createInterface({ input: sshd.stderr });
    await new Promise((resolve, reject) => {
      /** @type {string[]} */
      const lines = [];
      said.on("line", (line) => {
        if (line.startsWith("Server listening on")) resolve(undefined);
        else if (lines.length < 20) lines.push(line);
      });
      sshd.once("error", reject);
      sshd.once("exit", (code) => reject(new Error(`sshd ended with ${code}: ${lines.join("; ")}`)));
    });
  }

  /**
   * @param {string} hostKey
   * @param {Record<string, string>} environment
   */
  #config(hostKey, environment) {
    const set = Object.entries({ ...environment, [MARK]: this.directory }).map(([k, v]) => `"${k}=${v}"`);
    return [
      `ListenAddress ${this.host}`,
      `Port ${this.port}`,
      `HostKey "${hostKey}"`,
      `AuthorizedKeysFile "${this.directory}/authorized_keys"`,
      // The key file stands in a directory that its user doesn't own.
      "StrictModes no",
      `AllowUsers ${this.account.name}`,
      "PubkeyAuthentication yes",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "PidFile none",
      "PrintMotd no",
      "X11Forwarding no",
      "Subsystem sftp internal-sftp",
      `SetEnv ${set.join(" ")}`,
      "",
    ].join("\n");
  }
}

/**
 * Ends all that runs on the machine in this directory, or on the machines in directories below it, and
 * forgets their disks.
 *
 * @param {string} directory
 */
export async function removeMachines(directory) {
  await endAll(directory);
  await rm(directory, { recursive: true, force: true });
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param {string} line
 * @param {number} count
 */
function words(line, count) {
  return line.split(/\s+/).slice(0, count).join(" ");
}
