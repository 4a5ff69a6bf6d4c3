// @ts-check
import assert from "node:assert/strict";
import { access, chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { account } from "../src/account.js";
import { Build } from "../src/build.js";
import { runBuild } from "../src/course.js";
import { freePort } from "../src/machine.js";
import { scenario } from "../src/scenarios.js";
import { Transom } from "../src/transom.js";

/** @type {string} */
let place;

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), "transom-demo-test-"));
  await chmod(place, 0o755);
});
after(() => rm(place, { recursive: true, force: true }));

test("a build that would wait does not where nobody answers", async () => {
  const waits = scenario("waits");
  assert.ok(waits);
  const wish = { scenario: waits, remoteAccess: true, maxDurationS: 12, stepSeconds: 1 };
  const build = new Build(2, wish, { sub: "dana", name: "Dana" });
  const closing = new AbortController();
  const course = runBuild(build, {
    transom: new Transom(`http://127.0.0.1:${await freePort()}`, "tsk_nobody"),
    account: await account(),
    machines: place,
    origin: "http://127.0.0.1:1",
    pollMs: 100,
    closing: closing.signal,
  });
  while (build.state === "running") await new Promise((resolve) => build.once("change", () => resolve(undefined)));
  assert.equal(build.outcome, "failed", build.logs.join(""));
  assert.match(build.logs.join(""), /The build does not wait/);
  closing.abort();
  await course;
});

test("without Transom a build has its result all the same, and its machine goes at the deadline", async () => {
  const passes = scenario("passes");
  assert.ok(passes);
  const wish = { scenario: passes, remoteAccess: true, maxDurationS: 12, stepSeconds: 1 };
  const build = new Build(1, wish, { sub: "dana", name: "Dana" });
  await runBuild(build, {
    transom: new Transom(`http://127.0.0.1:${await freePort()}`, "tsk_nobody"),
    account: await account(),
    machines: place,
    origin: "http://127.0.0.1:1",
    pollMs: 100,
    closing: new AbortController().signal,
  });
  assert.equal(build.outcome, "succeeded", build.logs.join(""));
  assert.equal(build.access?.sentence, "Transom does not answer. The build goes on.");
  assert.ok(Date.now() >= build.deadline.getTime());
  await assert.rejects(access(path.join(place, "1")));
});
