// @ts-check
// The frames of the pages. What changes while a page is open is filled in by its script.

import { html } from "./html.js";
import { PEOPLE } from "./people.js";
import { PROJECT, SCENARIOS } from "./scenarios.js";

/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {ReturnType<typeof html>} Html */

/** @param {Person} who */
export function listPage(who) {
  return page({
    title: "Builds",
    who,
    script: "/public/list.js",
    body: html`<div class="bar">
        <div class="grow"><h1>Builds</h1><p class="muted">Project ${PROJECT}</p></div>
        <form method="post" action="/administration"><button>Administration</button></form>
        <button type="button" class="primary" id="new-build">Start new build</button>
      </div>
      <div class="card" id="builds"></div>
      ${newBuildDialog()}`,
  });
}

/** @param {Build} build @param {Person} who */
export function buildPage(build, who) {
  return page({
    title: `Build #${build.number}`,
    who,
    script: "/public/build.js",
    body: html`${buildHead(build, "steps")}
      ${build.wish.remoteAccess && explorePanel(build)}
      <section aria-labelledby="steps-title"><h2 id="steps-title">Steps</h2><ol class="card steps" id="steps"></ol></section>`,
  });
}

/**
 * The demonstration of Transom's element on somebody else's page.
 *
 * @param {Build} build
 * @param {Person} who
 * @param {string} transom
 */
export function terminalPage(build, who, transom) {
  return page({
    title: `Terminal · build #${build.number}`,
    who,
    script: "/public/head.js",
    foreign: `${transom}/embed/v1.js`,
    body: html`${buildHead(build, "terminal")}
      <p class="muted">The terminal below is Transom's <code>&lt;transom-terminal&gt;</code> element on this dashboard's own page.</p>
      <transom-terminal class="embedded" token-url="/transom-token?build=${build.id}" server="${transom}"></transom-terminal>`,
  });
}

/** @param {Person} who @param {string} heading @param {string} text */
export function messagePage(who, heading, text) {
  return page({
    title: heading,
    who,
    body: html`<h1>${heading}</h1><p>${text}</p><p><a href="/">All builds</a></p>`,
  });
}

/** @param {Build} build @param {"steps" | "terminal"} current */
function buildHead(build, current) {
  const here = (/** @type {string} */ tab) => (tab === current ? html`aria-current="page"` : "");
  return html`<div class="bar" id="head" data-build="${build.id}">
      <div class="grow"><h1>${PROJECT} · build #${build.number}</h1><p class="muted" id="about"></p></div>
      <span class="pill" id="state" role="status"></span>
      <button type="button" id="cancel" hidden>Cancel build</button>
    </div>
    <nav class="tabs" aria-label="Build">
      <a href="/builds/${build.id}" ${here("steps")}>Steps</a>
      ${build.wish.remoteAccess && html`<a href="/builds/${build.id}/terminal" ${here("terminal")}>Terminal here</a>`}
    </nav>`;
}

/** A form, so that the browser itself opens the new tab and no pop-up blocker minds. @param {Build} build */
function explorePanel(build) {
  return html`<section class="card explore" id="explore" aria-labelledby="explore-title">
    <div class="grow">
      <h2 id="explore-title">Explore build machine</h2>
      <p id="access" role="status"></p>
      <p class="muted" id="access-more"></p>
    </div>
    <form method="post" action="/builds/${build.id}/open" target="_blank" rel="noopener" id="open" hidden>
      <button name="page" value="access">Open build access</button>
      <button name="page" value="terminal" class="primary">Open terminal</button>
      <button name="page" value="desktop">Open desktop</button>
    </form>
  </section>`;
}

function newBuildDialog() {
  return html`<dialog id="dialog" aria-labelledby="dialog-title">
    <form method="post" action="/builds">
      <h2 id="dialog-title">Start new build</h2>
      <label>Project<select name="project"><option>${PROJECT}</option></select></label>
      <label>Branch<select name="scenario">
        ${SCENARIOS.map((s) => html`<option value="${s.key}">${s.branch} (${s.words})</option>`)}
      </select></label>
      <label class="check"><input type="checkbox" name="remote_access" value="on">Enable remote access</label>
      <p class="muted">Lets people of this project open a terminal and the desktop of the build's machine until the build's time is over.</p>
      <div class="bar end">
        <button type="button" id="dialog-close">Close</button>
        <button class="primary">Start build</button>
      </div>
    </form>
  </dialog>`;
}

/** @param {{title: string, who: Person, body: Html, script?: string, foreign?: string}} parts */
function page({ title, who, body, script, foreign }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Demo CI</title>
<link rel="icon" href="/public/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/public/style.css">
<script type="module" src="/public/person.js"></script>
${script && html`<script type="module" src="${script}"></script>`}
${foreign && html`<script type="module" src="${foreign}"></script>`}
</head>
<body>
<header>
  <a class="brand" href="/"><img src="/public/icon.svg" alt="" width="22" height="22">Demo CI</a>
  <span class="grow"></span>
  <form method="post" action="/person" id="person">
    <label>Signed in as <select name="person">
      ${PEOPLE.map((p) => html`<option value="${p.sub}" ${p.sub === who.sub && "selected"}>${p.name}</option>`)}
    </select></label>
    <noscript><button>Switch</button></noscript>
  </form>
</header>
<main>${body}</main>
</body>
</html>
`;
}
