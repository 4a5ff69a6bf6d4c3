// @ts-check
// The CI's agent: runs a build's steps on its machine over SSH, one after the other.

import { spawn } from "node:child_process";
import { ENVIRONMENT_SCRIPT } from "./machine.js";
import { MARK } from "./processes.js";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./build.js").Step} Step */
/** @typedef {import("./machine.js").Machine} Machine */

/**
 * @param {Build} build
 * @param {Machine} machine
 * @param {AbortSignal} signal stops the step that runs; what follows is left out
 * @param {(index: number) => Promise<boolean>} [again] whether a step that failed is to run once more
 * @returns {Promise<boolean>} whether every step went well
 */
export async function runSteps(build, machine, signal, again = async () => false) {
  let well = true;
  for (const [index, step] of build.steps.entries()) {
    if (!well || signal.aborted) {
      step.status = "skipped";
      continue;
    }
    do well = await runStep(build, machine, signal, index, step);
    while (!well && !signal.aborted && (await again(index)));
  }
  return well && !signal.aborted;
}

/**
 * @param {Build} build
 * @param {Machine} machine
 * @param {AbortSignal} signal
 * @param {number} index
 * @param {Step} step
 */
async function runStep(build, machine, signal, index, step) {
  step.status = "running";
  step.startedAt = new Date();
  delete step.finishedAt;
  build.changed();
  const lines = [
    LATER_STEPS_SEE,
    `(cd '${machine.buildDir}' && ${step.command})`,
    "code=$?",
    LATER_STEPS_SEE,
    record(build, machine, step.name),
    "exit $code",
  ];
  const code = await run(machine, lines.join("\n"), signal, (text) => build.log(index, text));
  step.status = code === 0 ? "succeeded" : "failed";
  step.finishedAt = new Date();
  if (code) build.log(index, `${step.command}: exit status ${code}\n`);
  build.changed();
  return code === 0;
}

/**
 * Leaves the environment of the first step for the build's terminals (docs/environment.md). Whether
 * that works changes nothing for the build.
 *
 * @param {Build} build
 * @param {Machine} machine
 * @param {AbortSignal} signal
 */
export async function recordEnvironment(build, machine, signal) {
  if (signal.aborted) return;
  await run(machine, record(build, machine, ""), signal, (text) => build.log(0, text)).catch(() => {});
}

const SCRIPT = `"$TRANSOM_HOME"/${ENVIRONMENT_SCRIPT}`;
/** What earlier steps appended to the file. */
const LATER_STEPS_SEE = `eval "$(${SCRIPT} exports "$CM_ENV")"`;

/**
 * The command that records the environment which the next step would get.
 *
 * @param {Build} build
 * @param {Machine} machine
 * @param {string} step after which it is so; empty before the first
 */
function record(build, machine, step) {
  const words = ["--build", build.id, "--step", step, "--dir", machine.buildDir].map((word) => `'${word}'`);
  return `${SCRIPT} save ${words.join(" ")} --merge "$CM_ENV"`;
}

/**
 * Runs a command on the machine as the CI's agent.
 *
 * @param {Machine} machine
 * @param {string} command
 * @param {AbortSignal} signal
 * @param {(text: string) => void} log
 * @returns {Promise<number | null>} the exit status, or null when it was stopped
 */
function run(machine, command, signal, log) {
  const client = spawn("ssh", [...login(machine), command], {
    stdio: ["ignore", "pipe", "pipe"],
    // It ends with the machine.
    env: { PATH: process.env["PATH"], [MARK]: machine.directory },
    signal,
    detached: true,
  });
  for (const stream of [client.stdout, client.stderr]) {
    stream.setEncoding("utf8").on("data", (/** @type {string} */ text) => log(printable(text)));
  }
  return new Promise((resolve, reject) => {
    client.once("error", (error) => (error.name === "AbortError" ? resolve(null) : reject(error)));
    client.once("close", resolve);
  });
}

/** @param {Machine} machine the arguments that log the agent in and nobody else's server */
function login(machine) {
  const options = [
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile="${machine.knownHosts}"`,
    "LogLevel=ERROR",
  ];
  return [
    ...["-F", "none", "-T", "-i", machine.agentKey, "-p", String(machine.port)],
    ...options.flatMap((option) => ["-o", option]),
    `${machine.account.name}@${machine.host}`,
  ];
}

/** @param {string} text without the sequences that colour a terminal */
function printable(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what goes
  return text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]/g, "");
}
