// @ts-check
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { access, chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { account } from "../src/account.js";
import { Build } from "../src/build.js";
import { Machine } from "../src/machine.js";
import { runSteps } from "../src/runner.js";
import { scenario } from "../src/scenarios.js";

/** @type {string} */
let place;

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), "transom-demo-test-"));
  await chmod(place, 0o755);
});
after(() => rm(place, { recursive: true, force: true }));

/** @param {string} key */
async function start(key) {
  const chosen = scenario(key);
  assert.ok(chosen);
  const build = new Build(
    1,
    { scenario: chosen, remoteAccess: false, maxDurationS: 60, stepSeconds: 1 },
    { sub: "dana", name: "Dana" },
  );
  const machine = new Machine(path.join(place, key), await account());
  await machine.start(chosen.branch, { CM_BUILD_DIR: machine.buildDir });
  return { build, machine };
}

test("a build that passes runs every step on a real machine", async () => {
  const { build, machine } = await start("passes");
  assert.equal(await runSteps(build, machine, new AbortController().signal), true, build.logs.join(""));
  assert.deepEqual(
    build.steps.map((step) => step.status),
    Array(4).fill("succeeded"),
  );
  const place = path.join(machine.transomHome, "builds", build.id);
  const about = JSON.parse(await readFile(path.join(place, "env.json"), "utf8"));
  assert.deepEqual([about.generation, about.step, about.build_dir], [4, "Package", machine.buildDir]);
  const variables = (await readFile(path.join(place, "env"), "utf8")).split("\0");
  assert.ok(variables.includes(`CM_BUILD_DIR=${machine.buildDir}`), "what the machine gives every step");
  assert.ok(variables.includes(`PRICE_LIST=${machine.buildDir}/out/price-list`), "what a step added");
  await machine.stop();
});

test("a failing test fails its step, and what follows is left out", async () => {
  const { build, machine } = await start("fails");
  assert.equal(await runSteps(build, machine, new AbortController().signal), false);
  assert.deepEqual(
    build.steps.map((step) => step.status),
    ["succeeded", "succeeded", "failed", "skipped"],
  );
  assert.match(build.logs[2] ?? "", /FAIL {2}ten percent from the limit on/);
  await machine.stop();
});

test("a machine that is stopped takes everything with it, even what left its parent", async (t) => {
  const { machine } = await start("long");
  t.after(() => machine.stop());
  const login = ["-F", "none", "-T", "-i", machine.agentKey, "-p", String(machine.port), "-o", "BatchMode=yes"];
  const known = ["-o", `UserKnownHostsFile="${machine.knownHosts}"`, `${machine.account.name}@${machine.host}`];
  const client = spawn("ssh", [...login, ...known, "setsid -f sh -c 'echo $$; exec sleep 600'; sleep 600"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => client.kill());
  const pid = await new Promise((resolve) => createInterface({ input: client.stdout }).once("line", resolve));
  const closed = new Promise((resolve) => client.once("close", resolve));
  // Between one program and the next a process has no command line.
  for (let look = 0; look < 1000 && !(await sleeps(pid)); look += 1) await new Promise(setImmediate);
  assert.equal(await sleeps(pid), true);
  await machine.stop();
  await closed;
  assert.equal(await sleeps(pid), false);
  await assert.rejects(access(machine.directory));
});

/** Whether the process runs; one that is dead and not yet buried has no command line. @param {string} pid */
async function sleeps(pid) {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("sleep");
}
