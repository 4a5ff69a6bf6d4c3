// @ts-check
// A step that failed: the build waits until somebody says on Transom's page how it goes on. Without an answer it
// ends as it would have without Transom.

import { setTimeout as wait } from "node:timers/promises";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./course.js").Surroundings} Surroundings */
/** @typedef {import("./transom.js").Breakpoint} Breakpoint */

/** How long a build waits for somebody. */
const PATIENCE_S = 30 * 60;
/** How long after that its agent still asks. */
const GRACE_MS = 10_000;

export class Breakpoints {
  #number = 0;

  /** @param {Build} build @param {Surroundings} around */
  constructor(build, around) {
    this.build = build;
    this.around = around;
  }

  /**
   * Whether the step is to run again.
   *
   * @param {number} index of the step that failed, from 0
   * @param {AbortSignal} signal the build is cancelled or out of time
   */
  async again(index, signal) {
    const { build, around } = this;
    if (!build.wish.scenario.waits || !build.wish.remoteAccess) return false;
    this.#number += 1;
    const wanted = { number: this.#number, step: index + 1, timeout_s: PATIENCE_S };
    try {
      const { until } = await around.transom.putBreakpoint(build.id, wanted);
      build.waitsAt({ step: index + 1, until });
      const { state, by } = await this.#decided(Date.parse(until) + GRACE_MS, signal);
      build.log(
        index,
        state === "continued" ? `${by?.name ?? "Somebody"} says: again.\n` : `Not run again: ${state}.\n`,
      );
      return state === "continued";
    } catch (error) {
      build.log(index, `The build does not wait: ${error instanceof Error ? error.message : error}\n`);
      return false;
    } finally {
      build.waitsAt(null);
    }
  }

  /** @param {number} end @param {AbortSignal} signal @returns {Promise<Pick<Breakpoint, "state" | "by">>} */
  async #decided(end, signal) {
    while (!signal.aborted && Date.now() < end) {
      try {
        const breakpoint = await this.around.transom.breakpoint(this.build.id, signal);
        if (breakpoint.state !== "waiting") return breakpoint;
      } catch {
        // The connection broke, or the server restarts: ask again.
        await wait(this.around.pollMs, undefined, { signal }).catch(() => {});
      }
    }
    return { state: "over", by: null };
  }
}
