// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { signedIn } from "../src/people.js";
import { BadRequest, wish } from "../src/request.js";

test("remote access is off unless it was asked for", () => {
  assert.equal(wish({}).remoteAccess, false);
  assert.equal(wish({ remote_access: "off" }).remoteAccess, false);
  assert.equal(wish({ remote_access: "on" }).remoteAccess, true);
  assert.equal(wish({ remote_access: true }).remoteAccess, true);
});

test("what makes no sense is refused", () => {
  for (const body of [
    { scenario: "x" },
    { project: "x" },
    { max_duration_s: 0 },
    { max_duration_s: "5" },
    { step_seconds: 1.5 },
  ]) {
    assert.throws(() => wish(body), BadRequest);
  }
});

test("only the two demo people can be signed in", () => {
  assert.equal(signedIn(undefined).sub, "dana");
  assert.equal(signedIn("a=b; demo_person=ravi").sub, "ravi");
  assert.equal(signedIn("demo_person=root").sub, "dana");
  assert.equal(signedIn("xdemo_person=ravi").sub, "dana");
});
