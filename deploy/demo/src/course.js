// @ts-check
// The course of one build: machine up, steps, end, and then the machine kept for as long as Transom says.

import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Breakpoints } from "./breakpoint.js";
import { Machine } from "./machine.js";
import { Reporter } from "./reporter.js";
import { recordEnvironment, runSteps } from "./runner.js";
import { Refused } from "./transom.js";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./build.js").Outcome} Outcome */
/** @typedef {import("./account.js").Account} Account */
/** @typedef {import("./transom.js").Transom} Transom */

const LAST_WORD_MS = 5000;

/**
 * @typedef {object} Surroundings
 * @property {Transom} transom
 * @property {Account} account
 * @property {string} machines
 * @property {string} origin the dashboard's own address
 * @property {number} pollMs
 * @property {AbortSignal} closing the demo stops
 */

/**
 * @param {Build} build
 * @param {Surroundings} around
 */
export async function runBuild(build, around) {
  const over = new AbortController();
  const end = AbortSignal.any([over.signal, around.closing]);
  const reporter = new Reporter(build, `${around.origin}/builds/${build.id}`, around.transom, end);
  const machine = new Machine(path.join(around.machines, build.id), around.account);
  const watching = build.wish.remoteAccess ? watchAccess(build, around, end) : undefined;
  reporter.report();
  try {
    const outcome = await runOnMachine(build, machine, reporter, around);
    build.state = "finished";
    build.outcome = outcome;
    build.finishedAt = new Date();
    build.changed();
    await keepMachine(build, reporter, around);
  } finally {
    build.machine = false;
    build.changed();
    try {
      await machine.stop();
    } finally {
      if (await released(build, around)) {
        // The last thing that Transom says is that access has ended.
        await Promise.race([watching, wait(LAST_WORD_MS, undefined, { signal: around.closing }).catch(() => {})]);
      }
      over.abort();
    }
  }
}

/**
 * @param {Build} build
 * @param {Machine} machine
 * @param {Reporter} reporter
 * @param {Surroundings} around
 * @returns {Promise<Outcome>}
 */
async function runOnMachine(build, machine, reporter, around) {
  const limit = AbortSignal.timeout(build.wish.maxDurationS * 1000);
  const stop = AbortSignal.any([build.stopping.signal, limit, around.closing]);
  try {
    const { branch } = build.wish.scenario;
    const environment = { CI: "true", CM_BUILD_DIR: machine.buildDir, CM_BUILD_ID: build.id, CM_BRANCH: branch };
    await machine.start(branch, environment, around.closing);
  } catch (error) {
    build.log(0, `The machine did not start: ${error instanceof Error ? error.message : error}\n`);
    return "failed";
  }
  build.machine = true;
  build.commit = machine.commit;
  build.changed();
  await recordEnvironment(build, machine, stop);
  reporter.machineUp(machine);
  const breakpoints = new Breakpoints(build, around);
  const well = await runSteps(build, machine, stop, async (index) => {
    // So that Transom shows what has become of the step, where it answers.
    await Promise.race([reporter.settled(), wait(around.pollMs)]);
    return breakpoints.again(index, stop);
  });
  if (limit.aborted) return "timed_out";
  if (stop.aborted) return "cancelled";
  return well ? "succeeded" : "failed";
}

/**
 * Says that the build is finished and asks again until the machine can go. Without an answer it goes
 * at the build's deadline.
 *
 * @param {Build} build
 * @param {Reporter} reporter
 * @param {Surroundings} around
 */
async function keepMachine(build, reporter, around) {
  const { outcome, finishedAt } = build;
  if (!outcome || !finishedAt) return;
  // Until it is time to ask again, or Transom says by itself that there is an answer.
  const pause = async () => {
    const told = new AbortController();
    const wake = () => told.abort();
    build.once("releasable", wake);
    await wait(around.pollMs, undefined, { signal: AbortSignal.any([around.closing, told.signal]) }).catch(() => {});
    build.off("releasable", wake);
  };
  // The last steps are told first, unless there is no time to lose.
  const atOnce = outcome === "cancelled" || outcome === "timed_out";
  const told = atOnce ? Promise.resolve(true) : reporter.settled().then(() => true);
  do {
    if (!(await Promise.race([told, pause()]))) continue;
    try {
      const { release } = await around.transom.finish(build.id, outcome, finishedAt);
      if (release === "now") return;
    } catch (error) {
      if (error instanceof Refused && !error.passing) return;
    }
    await pause();
  } while (!around.closing.aborted && Date.now() < build.deadline.getTime() + around.pollMs);
}

/** Tells Transom that the machine is gone; whether it heard. @param {Build} build @param {Surroundings} around */
async function released(build, around) {
  if (around.closing.aborted) return false;
  return around.transom.deleteMachine(build.id).then(
    () => true,
    () => false,
  );
}

/**
 * Shows what Transom says of remote access, as it says it.
 *
 * @param {Build} build
 * @param {Surroundings} around
 * @param {AbortSignal} signal
 */
async function watchAccess(build, around, signal) {
  while (!signal.aborted) {
    try {
      for await (const { access, viewers } of around.transom.views(build.id, signal)) {
        // Until Transom has heard that it shall be on, there is nothing to say.
        if (access.state === "off") continue;
        const people = [...new Set(viewers.map((viewer) => viewer.name))];
        const sentence = access.failure ? `${access.sentence} ${access.failure}` : access.sentence;
        build.accessChanged({ state: access.state, sentence, endsAt: access.ends_at, people });
        if (access.state === "ended") return;
      }
    } catch {
      // Not registered yet, or the connection broke: ask again.
    }
    await wait(around.pollMs, undefined, { signal }).catch(() => {});
  }
}
