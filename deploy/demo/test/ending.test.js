// @ts-check
// Nothing that runs on a machine outlives it, however it ends.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { account } from "../src/account.js";
import { Machine } from "../src/machine.js";
import { endAll, MARK } from "../src/processes.js";

const LAUNCHER = path.join(import.meta.dirname, "../src/launch.js");
/** As much of Transom as the launcher waits for. */
const TRANSOM = `#!${process.execPath}
const [command, , file] = process.argv.slice(2);
if (command === "serve") {
  const [, port] = require("node:fs").readFileSync(file, "utf8").match(/^address = ".*:(\\d+)"$/m);
  const answer = (request, response) => response.writeHead(request.url === "/readyz" ? 200 : 503).end();
  require("node:http").createServer(answer).listen(port, "127.0.0.1");
}
`;

/** @type {string} */
let place;

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), "transom-demo-test-"));
  await chmod(place, 0o755);
});
after(async () => {
  // What a test that failed has left.
  for (const { pid } of await naming(place)) spawnSync("kill", ["-KILL", String(pid)]);
  await rm(place, { recursive: true, force: true });
});

/** Runs a script on the machine `name`. @param {string} name @param {string} script */
function runOn(name, script) {
  const env = { PATH: process.env["PATH"], [MARK]: path.join(place, name) };
  return spawn("sh", ["-c", script], { env, stdio: ["ignore", "pipe", "inherit"], detached: true });
}

/** The living processes whose command or environment names this directory. @param {string} directory */
async function naming(directory) {
  const found = [];
  for (const name of await readdir("/proc")) {
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    if (command && `${command}\0${environment}`.includes(directory)) found.push({ pid: Number(name), command });
  }
  return found;
}

/** The SSH server of a machine, once there is one. @param {string} directory */
async function server(directory) {
  for (;;) {
    const found = (await naming(directory)).find(({ command }) => command.startsWith("sshd: "));
    if (found) return found.pid;
    await wait(20);
  }
}

test("what threw its mark away ends with what started it", async () => {
  const shell = runOn("bare", "echo $$; env -i sleep 600; exit");
  const said = createInterface({ input: shell.stdout });
  await new Promise((resolve) => said.once("line", resolve));
  const children = `/proc/${shell.pid}/task/${shell.pid}/children`;
  let child = "";
  while ((await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")) !== "sleep\x00600\x00") {
    child = (await readFile(children, "utf8")).trim() || "none";
  }
  await endAll(path.join(place, "bare"));
  assert.equal(await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => ""), "");
});

test("what leaves another in its place all the time is caught", async () => {
  const script = path.join(place, "hop");
  const log = `${script}.log`;
  await writeFile(script, `#!/bin/sh\necho >>"$0.log"\nsleep 0.02\nsetsid -f "$0"\n`, { mode: 0o755 });
  runOn("hops", script);
  await wait(200);
  await endAll(path.join(place, "hops"));
  const size = async () => (await readFile(log, "utf8")).length;
  const written = await size();
  assert.notEqual(written, 0);
  await wait(200);
  assert.equal(await size(), written);
});

test("another machine stays, even with a name that begins alike", async () => {
  const other = runOn("11", "exec sleep 600");
  runOn("1", "exec sleep 600");
  await endAll(path.join(place, "1"));
  assert.deepEqual([other.exitCode, other.signalCode], [null, null]);
  assert.deepEqual(
    (await naming(place)).map(({ pid }) => pid),
    [other.pid],
  );
  await endAll(place);
  assert.deepEqual(await naming(place), []);
});

test("machines that end at the same time share every look", async (t) => {
  const reads = t.mock.method(fs, "readFileSync");
  syncBuiltinESMExports();
  await Promise.all(Array.from({ length: 45 }, (_, number) => endAll(path.join(place, `none-${number}`))));
  t.mock.restoreAll();
  syncBuiltinESMExports();
  assert.equal(reads.mock.calls.filter((call) => call.arguments[0] === `/proc/${process.pid}/stat`).length, 2);
});

test("a machine whose SSH server died takes its screen with it", async () => {
  const machine = new Machine(path.join(place, "silent"), await account());
  await machine.start("main", {});
  process.kill(await server(machine.directory), "SIGKILL");
  await wait(100);
  assert.notEqual((await naming(machine.directory)).length, 0);
  await machine.stop();
  assert.deepEqual(await naming(machine.directory), []);
});

test("the launcher ends the machines of a dashboard that was killed", async (t) => {
  const transom = path.join(place, "transom");
  await writeFile(transom, TRANSOM, { mode: 0o755 });
  const state = path.join(place, "state");
  await mkdir(state);
  const ready = path.join(place, "ready.json");
  const options = ["--transom", transom, "--state-dir", state, "--json-ready-file", ready];
  const launcher = spawn(process.execPath, [LAUNCHER, ...options], {
    stdio: ["ignore", "pipe", "ignore"],
    // The machines are made in there.
    env: { ...process.env, TMPDIR: place },
  });
  t.after(() => launcher.kill());
  const ended = new Promise((resolve) => launcher.once("exit", resolve));
  const said = createInterface({ input: launcher.stdout });
  await new Promise((resolve) => said.on("line", (line) => line.includes("Open  http") && resolve(undefined)));
  const { dashboard_url, pids } = JSON.parse(await readFile(ready, "utf8"));
  const machines = await readFile(path.join(state, "machines"), "utf8");
  await fetch(`${dashboard_url}/builds`, { method: "POST" });
  await server(machines);
  process.kill(pids.dashboard, "SIGKILL");
  await ended;
  assert.deepEqual(await naming(machines), []);
  await assert.rejects(access(machines));
});
