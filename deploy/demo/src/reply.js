// @ts-check
// Sending replies: the security headers, files, redirects, and errors in words.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { messagePage } from "./pages.js";
import { BadRequest } from "./request.js";
import { Refused } from "./transom.js";

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

/** @param {Response} response @param {Person} who @param {unknown} error */
export function explain(response, who, error) {
  if (response.headersSent) return response.destroy();
  const known = error instanceof BadRequest || error instanceof Refused;
  if (!known) console.error(error);
  const text = known ? error.message : "Transom does not answer.";
  const heading = error instanceof BadRequest ? "That did not work" : "The machine cannot be opened";
  send(response, messagePage(who, heading, text), policy(), "text/html", known ? error.status : 502);
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
