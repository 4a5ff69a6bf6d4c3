// @ts-check
// One process of the demo: started with a log file, waited for until it answers, stopped by its id.

import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const READY_MS = 60_000;
const STOP_MS = 15_000;

/**
 * @typedef {object} Plan
 * @property {string} name
 * @property {[string, ...string[]]} command
 * @property {Record<string, string>} env all it gets besides PATH
 * @property {string} log
 * @property {boolean} endsWithUs it hears of it when the launcher dies
 * @property {string} readyUrl answers 200 as soon as it can be used
 */

export class DemoProcess {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    const log = openSync(plan.log, "a");
    const [file, ...args] = plan.command;
    this.child = spawn(file, args, {
      stdio: ["ignore", log, log, ...(plan.endsWithUs ? /** @type {const} */ (["ipc"]) : [])],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...plan.env },
      // Ctrl-C in the terminal reaches the launcher, which stops everything in the right order.
      detached: true,
    });
    /** @type {Promise<number | string | null>} */
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(code ?? signal));
      this.child.once("error", (error) => resolve(error.message));
    });
  }

  get name() {
    return this.plan.name;
  }

  get pid() {
    return this.child.pid;
  }

  /** Waits until it answers. */
  async ready() {
    const limit = AbortSignal.timeout(READY_MS);
    let ended = false;
    void this.exited.then(() => {
      ended = true;
    });
    while (!limit.aborted && !ended) {
      const response = await fetch(this.plan.readyUrl).catch(() => undefined);
      if (response?.ok) return;
      await wait(50);
    }
    const log = await readFile(this.plan.log, "utf8").catch(() => "");
    throw new Error(`${this.name} does not answer at ${this.plan.readyUrl}.\n${log.split("\n").slice(-20).join("\n")}`);
  }

  async stop() {
    this.child.kill("SIGTERM");
    const kill = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    await this.exited;
    clearTimeout(kill);
  }
}
