// @ts-check
// Transom's public API, as much of it as a CI needs.

const TIMEOUT_MS = 10_000;
/** How long a question after a decision waits for it. */
const WAIT_S = 5;

/** @typedef {import("./people.js").Person} Person */

/**
 * What the dashboard reads of a build's view.
 * @typedef {object} BuildView
 * @property {{state: string, sentence: string, ends_at: string | null, failure: string | null}} access
 * @property {{name: string, session: string}[]} viewers
 */

/** @typedef {{release: "now" | "hold", hold_until: string | null, cause: string | null}} Release */
/** @typedef {{token: string, expires_at: string, url: string}} Minted */
/** @typedef {{install?: {authorized_keys?: string[]}}} Install */

/**
 * Where a build waits.
 * @typedef {object} Breakpoint
 * @property {"waiting" | "continued" | "aborted" | "expired" | "over"} state
 * @property {string} until
 * @property {Person | null} by
 */

/** A refusal that Transom explained. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} problem its stable name
   * @param {string} detail a sentence for a person
   */
  constructor(status, problem, detail) {
    super(detail);
    this.status = status;
    this.problem = problem;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 429;
  }
}

export class Transom {
  #base;
  #headers;

  /**
   * @param {string} address
   * @param {string} serviceKey
   */
  constructor(address, serviceKey) {
    this.#base = `${address}/api/v1`;
    this.#headers = { authorization: `Bearer ${serviceKey}` };
  }

  /** @param {string} id @param {object} update @returns {Promise<Install>} */
  putBuild(id, update) {
    return this.#call("PUT", `/builds/${id}`, update);
  }

  /** @param {string} id @param {object} machine @returns {Promise<Install>} */
  putMachine(id, machine) {
    return this.#call("PUT", `/builds/${id}/machine`, machine);
  }

  /** @param {string} id */
  deleteMachine(id) {
    return this.#call("DELETE", `/builds/${id}/machine`);
  }

  /** Turns remote access on, as this person asked in the dashboard. @param {string} id @param {Person} by */
  putAccess(id, by) {
    return this.#call("PUT", `/builds/${id}/access`, { by, via: "user" });
  }

  /** @param {string} id @param {string} outcome @param {Date} at @returns {Promise<Release>} */
  finish(id, outcome, at) {
    return this.#call("POST", `/builds/${id}/finish`, { outcome, at: at.toISOString() });
  }

  /** The build waits here. @param {string} id @param {object} wanted @returns {Promise<Breakpoint>} */
  putBreakpoint(id, wanted) {
    return this.#call("PUT", `/builds/${id}/breakpoint`, wanted);
  }

  /** Whether somebody has decided; waits a little for it. @param {string} id @param {AbortSignal} signal @returns {Promise<Breakpoint>} */
  breakpoint(id, signal) {
    return this.#call("GET", `/builds/${id}/breakpoint?wait_s=${WAIT_S}`, undefined, signal);
  }

  /** @param {string} id @param {Person} who @param {string[]} capabilities @returns {Promise<Minted>} */
  mint(id, who, capabilities) {
    return this.#call("POST", `/builds/${id}/tokens`, { ...who, capabilities });
  }

  /** @param {Person} who @returns {Promise<{code: string, url: string}>} */
  adminCode(who) {
    return this.#call("POST", "/admin/codes", { ...who });
  }

  /**
   * The build as it changes, until access ends, the connection drops or `signal` says stop.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<BuildView>}
   */
  async *views(id, signal) {
    const response = await fetch(`${this.#base}/builds/${id}/events`, { headers: this.#headers, signal });
    if (!response.ok) throw await refusal(response);
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of /** @type {ReadableStream<Uint8Array>} */ (response.body)) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split(/\r?\n\r?\n/);
      text = events.pop() ?? "";
      for (const event of events) {
        const lines = event.split(/\r?\n/);
        if (!lines.includes("event: build")) continue;
        const data = lines
          .filter((l) => l.startsWith("data:"))
          .map((l) => l.slice(5))
          .join("\n");
        yield JSON.parse(data);
      }
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   */
  async #call(method, path, body, signal) {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.#base + path, {
      method,
      headers: body ? { ...this.#headers, "content-type": "application/json" } : this.#headers,
      body: body ? JSON.stringify(body) : null,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (!response.ok) throw await refusal(response);
    return response.status === 204 ? {} : response.json();
  }
}

/** @param {Response} response an RFC 9457 document, unless something stands in between */
async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const name = String(problem.type ?? "").replace("urn:transom:problem:", "");
  return new Refused(response.status, name, problem.detail ?? problem.title ?? `Transom answered ${response.status}`);
}
