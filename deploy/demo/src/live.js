// @ts-check
// Server-sent events: what changes while a page is open.

/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./builds.js").Builds} Builds */

const KEEP_ALIVE_MS = 15_000;

/** @param {Response} response @param {Builds} builds */
export function streamList(response, builds) {
  const send = open(response);
  const list = () =>
    send(
      "builds",
      builds.list().map((build) => build.view()),
    );
  list();
  builds.on("change", list);
  response.once("close", () => builds.off("change", list));
}

/** @param {Response} response @param {Build} build */
export function streamBuild(response, build) {
  const send = open(response);
  const view = () => send("build", build.view());
  const log = (/** @type {number} */ step, /** @type {string} */ text) => send("log", { step, text });
  // First all there is, so that a page that comes back starts afresh.
  send("logs", build.logs);
  view();
  build.on("change", view).on("access", view).on("log", log);
  response.once("close", () => build.off("change", view).off("access", view).off("log", log));
}

/** @param {Response} response @returns {(event: string, data: unknown) => void} */
function open(response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const alive = setInterval(() => response.write(":\n\n"), KEEP_ALIVE_MS);
  response.once("close", () => clearInterval(alive));
  return (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
