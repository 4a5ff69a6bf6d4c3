// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Build } from "../src/build.js";
import { html } from "../src/html.js";
import { buildPage } from "../src/pages.js";
import { PEOPLE } from "../src/people.js";
import { SCENARIOS } from "../src/scenarios.js";

const [dana] = /** @type {[import("../src/people.js").Person]} */ (PEOPLE);
const [scenario] = /** @type {[import("../src/scenarios.js").Scenario]} */ (SCENARIOS);

/** @param {boolean} remoteAccess */
const build = (remoteAccess) => new Build(7, { scenario, remoteAccess, maxDurationS: 60, stepSeconds: 1 }, dana);

test("inserted values are escaped, and html from the same template is not escaped twice", () => {
  const inner = html`<b>${"<&\"'>"}</b>`;
  assert.equal(
    String(html`<p title="${'"x"'}">${[inner, null, false]}</p>`),
    '<p title="&quot;x&quot;"><b>&lt;&amp;&quot;&#39;&gt;</b></p>',
  );
});

test("a build without remote access has no panel and no terminal tab", () => {
  const page = String(buildPage(build(false), dana));
  assert.doesNotMatch(page, /Explore build machine|Terminal here|\/open/);
});

test("a build with remote access has the panel above its steps", () => {
  const page = String(buildPage(build(true), dana));
  assert.ok(page.indexOf("Explore build machine") < page.indexOf('id="steps"'));
});

test("no page holds a script or a style of its own", () => {
  assert.doesNotMatch(String(buildPage(build(true), dana)), /<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
});
