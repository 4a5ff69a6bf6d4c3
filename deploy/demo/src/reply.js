// @ts-check
// Sending replies: the security headers, files, redirects, and errors in words.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { messagePage } from "./pages.js";
import { BadRequest } from "./request.js";
import { Refused } from "./transom.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./people.js").Person} Person */

const PUBLIC = path.join(import.meta.dirname, "..", "public");
const TYPES = /** @type {Record<string, string>} */ ({
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
});

/**
 * @param {Response} response
 * @param {unknown} body
 * @param {string} csp
 */
export function send(response, body, csp, type = "text/html", status = 200) {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": csp,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
  });
  response.end(String(body));
}

/** @param {Response} response @param {string} pathname */
export async function sendFile(response, pathname) {
  const name = path.basename(pathname);
  const content = await readFile(path.join(PUBLIC, name), "utf8").catch(() => {
    throw new BadRequest("There is nothing here.", 404);
  });
  send(response, content, policy(), TYPES[path.extname(name)] ?? "text/plain");
}

/** @param {Response} response @param {string} location @param {Record<string, string>} [headers] */
export function redirect(response, location, headers) {
  response.writeHead(303, { location, "cache-control": "no-store", ...headers }).end();
}

/**
 * Says what went wrong: on a page where somebody goes to one, as a problem document (RFC 9457) elsewhere.
 *
 * @param {Request} request
 * @param {Response} response
 * @param {Person} who
 * @param {unknown} error
 */
export function explain(request, response, who, error) {
  if (response.headersSent) return response.destroy();
  const known = error instanceof BadRequest || error instanceof Refused;
  if (!known) console.error(error);
  const status = known ? error.status : 502;
  const detail = known ? error.message : "Transom does not answer.";
  if (request.headers["sec-fetch-mode"] !== "navigate") {
    const type = error instanceof Refused ? `urn:transom:problem:${error.problem}` : "about:blank";
    return send(response, JSON.stringify({ type, status, detail }), policy(), "application/problem+json", status);
  }
  const heading = error instanceof BadRequest ? "That did not work" : "The machine cannot be opened";
  send(response, messagePage(who, heading, detail), policy(), "text/html", status);
}

/**
 * The content security policy: strict, and on two pages as much wider as Transom needs.
 *
 * @param {object} [transom]
 * @param {string} [transom.opens] the page has a form that leads to this address
 * @param {string} [transom.embeds] the page holds an element from this address
 */
export function policy({ opens, embeds } = {}) {
  const element = embeds ? ` ${embeds}` : "";
  const socket = embeds ? ` ${embeds.replace(/^http/, "ws")}` : "";
  return [
    "default-src 'none'",
    `script-src 'self'${element}`,
    // The terminal emulator writes its colours into a style element.
    `style-src 'self'${embeds ? " 'unsafe-inline'" : ""}`,
    `font-src${element || " 'none'"}`,
    "img-src 'self' data:",
    `connect-src 'self'${element}${socket}`,
    `form-action 'self'${opens ? ` ${opens}` : ""}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
