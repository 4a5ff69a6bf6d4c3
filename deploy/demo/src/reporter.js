// @ts-check
// Keeps Transom informed of one build. Nothing here can delay or fail the build: what doesn't get
// through is sent again, newest state first, until it does or the build is over.

import { setTimeout as wait } from "node:timers/promises";
import { Refused } from "./transom.js";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./machine.js").Machine} Machine */
/** @typedef {import("./transom.js").Transom} Transom */
/** @typedef {import("./transom.js").Install} Install */

const RETRY_MS = 1000;

export class Reporter {
  #version = 0;
  /** @type {Machine | undefined} */
  #machine;
  #accessAsked = false;
  #machineTold = false;
  /** What is being sent now; whoever waits for it knows that Transom has heard all that was so before. */
  /** @type {Promise<void>} */
  #sending = Promise.resolve();
  #waiting = false;

  /**
   * @param {Build} build
   * @param {string} address the build's page in the dashboard
   * @param {Transom} transom
   * @param {AbortSignal} signal ends all reporting
   */
  constructor(build, address, transom, signal) {
    this.build = build;
    this.address = address;
    this.transom = transom;
    this.signal = signal;
    build.on("change", () => {
      if (build.state === "running") this.report();
    });
  }

  /** @param {Machine} machine the machine is up */
  machineUp(machine) {
    this.#machine = machine;
    this.report();
  }

  /** Sends the build's state, unless that is about to happen anyway. */
  report() {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#sending = this.#sending.then(() => {
      this.#waiting = false;
      return this.#send();
    });
  }

  /** Waits until everything was sent or given up. */
  async settled() {
    await this.#sending;
  }

  async #send() {
    while (!this.signal.aborted) {
      try {
        await this.#sendOnce();
        return;
      } catch (error) {
        if (error instanceof Refused && !error.passing)
          return this.build.accessChanged({ state: "failed", sentence: error.message });
        if (!this.#accessAsked) this.build.accessChanged({ sentence: "Transom does not answer. The build goes on." });
        await wait(RETRY_MS, undefined, { signal: this.signal }).catch(() => {});
      }
    }
  }

  async #sendOnce() {
    const { build, transom } = this;
    const machine = this.#machine;
    const update = { ...build.update(), dashboard_url: this.address, ...(machine && { build_dir: machine.buildDir }) };
    await this.#install(await transom.putBuild(build.id, { version: ++this.#version, ...update }));
    if (!build.wish.remoteAccess) return;
    if (!this.#accessAsked) {
      await transom.putAccess(build.id, build.startedBy);
      this.#accessAsked = true;
    }
    if (machine && !this.#machineTold) {
      await this.#install(await transom.putMachine(build.id, this.#registration(machine)));
      this.#machineTold = true;
    }
  }

  /** @param {Machine} machine */
  #registration(machine) {
    const endpoint = {
      protocol: "ssh",
      host: machine.host,
      port: machine.port,
      username: machine.account.name,
      host_keys: [machine.hostKey],
      login: { kind: "generated" },
    };
    const { screen, host } = machine;
    if (screen === undefined) return { version: 1, endpoints: [endpoint] };
    const { port, password } = screen;
    const desktop = { protocol: "vnc", host, port, login: { kind: "password", password } };
    return { version: 1, endpoints: [endpoint, desktop] };
  }

  /** Lets Transom's key in, and only on a machine that may be opened. @param {Install} reply */
  async #install(reply) {
    const keys = reply.install?.authorized_keys ?? [];
    if (this.build.wish.remoteAccess && keys.length > 0) await this.#machine?.install(keys);
  }
}
