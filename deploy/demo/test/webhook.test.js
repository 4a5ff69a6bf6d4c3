// @ts-check
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Build } from "../src/build.js";
import { scenario } from "../src/scenarios.js";
import { Hook, isGenuine } from "../src/webhook.js";

// The example of the specification of Standard Webhooks.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"test": 2432232314}';
const GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const AT = 1_614_265_330;
const HEADERS = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": String(AT),
  "webhook-signature": GOOD,
};

test("a webhook with the right signature is genuine, also with others beside it", () => {
  assert.equal(isGenuine(HEADERS, BODY, SECRET, AT), true);
  const two = { ...HEADERS, "webhook-signature": `v1,AAAA ${GOOD}` };
  assert.equal(isGenuine(two, BODY, SECRET, AT + 299), true);
});

test("another body, id, secret, version or time is not", () => {
  assert.equal(isGenuine(HEADERS, `${BODY} `, SECRET, AT), false);
  assert.equal(isGenuine({ ...HEADERS, "webhook-id": "msg_other" }, BODY, SECRET, AT), false);
  assert.equal(isGenuine(HEADERS, BODY, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", AT), false);
  assert.equal(isGenuine({ ...HEADERS, "webhook-signature": GOOD.replace("v1", "v2") }, BODY, SECRET, AT), false);
  assert.equal(isGenuine(HEADERS, BODY, SECRET, AT + 301), false);
  assert.equal(isGenuine({ ...HEADERS, "webhook-timestamp": "now" }, BODY, SECRET, AT), false);
  assert.equal(isGenuine({}, BODY, SECRET, AT), false);
});

test("what Transom says of access shows at once, and an event that comes twice counts once", async () => {
  const passes = scenario("passes");
  assert.ok(passes);
  const wish = { scenario: passes, remoteAccess: true, maxDurationS: 60, stepSeconds: 1 };
  const build = new Build(1, wish, { sub: "dana", name: "Dana" });
  const builds = /** @type {import("../src/builds.js").Builds} */ (
    /** @type {unknown} */ ({ find: (/** @type {string} */ id) => (id === "1" ? build : undefined) })
  );
  const hook = new Hook(builds, SECRET);
  let changes = 0;
  let released = 0;
  build.on("access", () => changes++);
  build.on("releasable", () => released++);
  await hook.take(signed("e_1", "access.grace", { state: "grace", sentence: "The build has finished.", ends_at: "x" }));
  assert.deepEqual(build.access, { state: "grace", sentence: "The build has finished.", endsAt: "x", people: [] });
  await hook.take(signed("e_2", "machine.releasable", {}));
  await hook.take(signed("e_2", "machine.releasable", {}));
  assert.deepEqual([changes, released], [1, 1]);
  const forged = signed("e_3", "machine.releasable", {});
  forged.headers["webhook-id"] = "e_4";
  await assert.rejects(hook.take(forged), { status: 401 });
});

/** A request as Transom sends it. @param {string} id @param {string} type @param {object} data */
function signed(id, type, data) {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: { build: "1", ...data } });
  const at = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const signature = `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
  const headers = { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature };
  return /** @type {import("node:http").IncomingMessage} */ (
    /** @type {unknown} */ (Object.assign(Readable.from([Buffer.from(body)]), { headers }))
  );
}
