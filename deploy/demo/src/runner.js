// @ts-check
// The CI's agent: runs a build's steps on its machine over SSH, one after the other.

import { spawn } from "node:child_process";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./build.js").Step} Step */
/** @typedef {import("./machine.js").Machine} Machine */

/**
 * @param {Build} build
 * @param {Machine} machine
 * @param {AbortSignal} signal stops the step that runs; what follows is left out
 * @returns {Promise<boolean>} whether every step went well
 */
export async function runSteps(build, machine, signal) {
  let well = true;
  for (const [index, step] of build.steps.entries()) {
    if (!well || signal.aborted) {
      step.status = "skipped";
      continue;
    }
    step.status = "running";
    step.startedAt = new Date();
    build.changed();
    const code = await runStep(step, machine, signal, (text) => build.log(index, text));
    well = code === 0;
    step.status = well ? "succeeded" : "failed";
    step.finishedAt = new Date();
    if (code) build.log(index, `${step.command}: exit status ${code}\n`);
    build.changed();
  }
  return well && !signal.aborted;
}

/**
 * @param {Step} step
 * @param {Machine} machine
 * @param {AbortSignal} signal
 * @param {(text: string) => void} log
 * @returns {Promise<number | null>} the exit status, or null when it was stopped
 */
function runStep(step, machine, signal, log) {
  const client = spawn("ssh", [...login(machine), `cd '${machine.buildDir}' && ${step.command}`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
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
