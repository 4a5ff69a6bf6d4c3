// @ts-check
// Every route of the dashboard.

import http from "node:http";
import { streamBuild, streamList } from "./live.js";
import { buildPage, listPage, terminalPage } from "./pages.js";
import { capabilities, cookieFor, signedIn } from "./people.js";
import { explain, policy, redirect, send, sendFile } from "./reply.js";
import { BadRequest, chosenPerson, fields, isJson, wish } from "./request.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./builds.js").Builds} Builds */
/** @typedef {import("./build.js").Build} Build */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./webhook.js").Hook} Hook */
/** @typedef {{request: Request, response: Response, who: Person, build: Build, url: URL}} Call */

/**
 * @param {Builds} builds
 * @param {string} transom Transom's address as browsers see it
 * @param {string} origin the dashboard's own address
 * @param {Hook} hook takes what Transom tells of its own accord
 */
export function dashboard(builds, transom, origin, hook) {
  const api = builds.around.transom;
  const host = new URL(origin).host;

  /** @type {[method: string, path: RegExp, handle: (call: Call) => unknown][]} */
  const routes = [
    ["GET", /^\/$/, ({ who, response }) => send(response, listPage(who), policy({ opens: transom }))],
    ["GET", /^\/healthz$/, ({ response }) => send(response, "ok\n", policy(), "text/plain")],
    ["GET", /^\/public\/[a-z-]+\.[a-z]+$/, ({ url, response }) => sendFile(response, url.pathname)],
    ["GET", /^\/events$/, ({ response }) => streamList(response, builds)],
    ["POST", /^\/person$/, choosePerson],
    ["POST", /^\/builds$/, startBuild],
    [
      "GET",
      /^\/builds\/(?<id>\d+)$/,
      ({ build, who, response }) => send(response, buildPage(build, who), policy({ opens: transom })),
    ],
    ["GET", /^\/builds\/(?<id>\d+)\/terminal$/, embeddedTerminal],
    ["GET", /^\/builds\/(?<id>\d+)\/events$/, ({ build, response }) => streamBuild(response, build)],
    ["POST", /^\/builds\/(?<id>\d+)\/cancel$/, cancelBuild],
    ["POST", /^\/builds\/(?<id>\d+)\/open$/, openMachine],
    ["POST", /^\/administration$/, openAdministration],
    ["GET", /^\/transom-token$/, giveToken],
    ["POST", /^\/hooks$/, takeHook],
  ];

  /** @param {Call} call */
  async function choosePerson({ request, response }) {
    const who = chosenPerson(await fields(request));
    // Back to where it was chosen; only this dashboard's own addresses come this far.
    redirect(response, new URL(request.headers.referer ?? "/", origin).pathname, { "set-cookie": cookieFor(who) });
  }

  /** @param {Call} call */
  async function startBuild({ request, response, who }) {
    const build = builds.start(wish(await fields(request)), who);
    const address = `/builds/${build.id}`;
    if (!isJson(request)) return redirect(response, address);
    response
      .writeHead(201, { "content-type": "application/json" })
      .end(JSON.stringify({ id: build.id, url: origin + address }));
  }

  /** @param {Call} call */
  function cancelBuild({ build, response }) {
    build.cancel();
    response.writeHead(204).end();
  }

  /** @param {Call} call */
  function embeddedTerminal({ build, who, response }) {
    if (!build.wish.remoteAccess) throw new BadRequest("Remote access is off for this build.", 404);
    send(response, terminalPage(build, who, transom), policy({ embeds: transom }));
  }

  /** Sends the browser to Transom with a code that works once. @param {Call} call */
  async function openMachine({ request, response, build, who }) {
    const page = (await fields(request))["page"];
    const { url } = await mint(build, who);
    const target = new URL(url);
    if (page === "terminal" || page === "desktop") target.pathname += `/${page}`;
    redirect(response, target.href, { "referrer-policy": "no-referrer" });
  }

  /** Sends the browser to Transom's page for administrators. @param {Call} call */
  async function openAdministration({ response, who }) {
    const { url } = await api.adminCode(who);
    redirect(response, url, { "referrer-policy": "no-referrer" });
  }

  /** What Transom's element asks for when it stands on one of our pages. @param {Call} call */
  async function giveToken({ url, response, who }) {
    const build = builds.find(url.searchParams.get("build") ?? "");
    if (!build) throw new BadRequest("There is no such build.", 404);
    const { token, expires_at } = await mint(build, who);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ token, expires_at }));
  }

  /** @param {Call} call */
  async function takeHook({ request, response }) {
    await hook.take(request);
    response.writeHead(204).end();
  }

  /** @param {Build} build @param {Person} who */
  function mint(build, who) {
    if (!build.wish.remoteAccess) throw new BadRequest("Remote access is off for this build.", 403);
    return api.mint(build.id, who, capabilities(who, build.startedBy));
  }

  /** @param {Request} request @param {Response} response */
  async function answer(request, response) {
    const who = signedIn(request.headers.cookie);
    try {
      // Another name for this address, or a form on another page, is somebody playing tricks.
      if (request.headers.host !== host) throw new BadRequest("This dashboard has another address.", 421);
      if (request.method === "POST" && (request.headers.origin ?? origin) !== origin) {
        throw new BadRequest("This request comes from another page.", 403);
      }
      const url = new URL(request.url ?? "/", origin);
      for (const [method, pattern, handle] of routes) {
        const match = method === request.method && pattern.exec(url.pathname);
        if (!match) continue;
        const id = match.groups?.["id"];
        const build = id === undefined ? undefined : builds.find(id);
        if (id !== undefined && !build) break;
        return await handle({ request, response, who, url, build: /** @type {Build} */ (build) });
      }
      throw new BadRequest("There is nothing here.", 404);
    } catch (error) {
      explain(request, response, who, error);
    }
  }

  return http.createServer(answer);
}
