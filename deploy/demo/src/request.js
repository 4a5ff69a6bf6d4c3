// @ts-check
// Reading what a request brings, with everything in it checked.

import { person } from "./people.js";
import { PROJECT, scenario } from "./scenarios.js";

const BODY_BYTES = 16 * 1024;

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("./build.js").Wish} Wish */

/** A request that can't be answered as it is. */
export class BadRequest extends Error {
  /** @param {string} message @param {number} [status] */
  constructor(message, status = 400) {
    super(message);
    this.status = status;
  }
}

/**
 * The fields of a form, or of a JSON object sent by a program.
 *
 * @param {Request} request
 * @returns {Promise<Record<string, unknown>>}
 */
export async function fields(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > BODY_BYTES) throw new BadRequest("The request is too large.", 413);
  }
  if (!isJson(request)) return Object.fromEntries(new URLSearchParams(body));
  try {
    const value = JSON.parse(body || "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new BadRequest("The body is no JSON object.");
}

/** @param {Request} request */
export function isJson(request) {
  return request.headers["content-type"]?.startsWith("application/json") ?? false;
}

/** @param {Record<string, unknown>} body @returns {Wish} */
export function wish(body) {
  if ((body["project"] ?? PROJECT) !== PROJECT) throw new BadRequest("There is no such project.");
  const found = scenario(body["scenario"] ?? "fails");
  if (!found) throw new BadRequest("There is no such scenario.");
  return {
    scenario: found,
    remoteAccess: body["remote_access"] === true || body["remote_access"] === "on",
    maxDurationS: whole(body, "max_duration_s", 3600),
    stepSeconds: whole(body, "step_seconds", 600),
  };
}

/** @param {Record<string, unknown>} body */
export function chosenPerson(body) {
  const found = person(String(body["person"]));
  if (!found) throw new BadRequest("There is no such person.");
  return found;
}

/**
 * @param {Record<string, unknown>} body
 * @param {string} name
 * @param {number} otherwise
 */
function whole(body, name, otherwise) {
  const value = body[name] ?? otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 86_400) return value;
  throw new BadRequest(`${name} must be a whole number from 1 to 86400.`);
}
