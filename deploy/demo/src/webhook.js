// @ts-check
// Webhooks from Transom: checked as Standard Webhooks says, and what they change here.

import { createHmac, timingSafeEqual } from "node:crypto";
import { BadRequest } from "./request.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("./builds.js").Builds} Builds */
/** @typedef {{type: string, timestamp: string, data: {build: string, state?: string, sentence?: string, ends_at?: string | null}}} Event */

const BODY_BYTES = 64 * 1024;
/** What is older was sent again by somebody who listened. */
const TOLERANCE_S = 5 * 60;
/** Events that are remembered, so that one which comes twice counts once. */
const REMEMBERED = 10_000;

/**
 * Whether a webhook is Transom's own and of now. Any one of its signatures is enough: while a secret is being
 * changed there are two.
 *
 * @param {Record<string, string | string[] | undefined>} headers
 * @param {string} body byte for byte as it came
 * @param {string} secret `whsec_…`
 * @param {number} [nowS]
 */
export function isGenuine(headers, body, secret, nowS = Date.now() / 1000) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (!id || !at || !signatures || !(Math.abs(nowS - Number(at)) <= TOLERANCE_S)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest();
  return String(signatures)
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice(3), "base64"))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}

/** Takes the webhooks of one dashboard. */
export class Hook {
  #builds;
  #secret;
  /** @type {Set<string>} */
  #seen = new Set();

  /** @param {Builds} builds @param {string} secret */
  constructor(builds, secret) {
    this.#builds = builds;
    this.#secret = secret;
  }

  /** @param {Request} request */
  async take(request) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BODY_BYTES) throw new BadRequest("The webhook is too large.", 413);
    }
    const body = Buffer.concat(chunks).toString("utf8");
    if (!isGenuine(request.headers, body, this.#secret)) throw new BadRequest("The signature is not good.", 401);
    const id = String(request.headers["webhook-id"]);
    if (this.#seen.has(id)) return;
    this.#apply(JSON.parse(body));
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest) this.#seen.delete(oldest);
  }

  /** @param {Event} event */
  #apply({ type, data }) {
    const build = this.#builds.find(data.build);
    if (!build) return;
    if (type === "machine.releasable") {
      build.emit("releasable");
    } else if (type.startsWith("access.") && data.state && data.sentence && build.access?.state !== "ended") {
      build.accessChanged({ state: data.state, sentence: data.sentence, endsAt: data.ends_at ?? null });
    }
  }
}
