/** The part of the REST API that a browser uses. */
import type { BuildView } from "../protocol/gen/BuildView";
import type { AccessToken, TokenSource } from "../transport/token";
import { ProblemError, problemOf, UnreachableError } from "./problem";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export const browserFetch: Fetch = (url, init) => fetch(url, init);

/** The reply to a code or a renewal secret. */
export interface GrantReply extends AccessToken {
  build: string;
  capabilities: string[];
}

/** Requests that prove themselves by a secret in their body. */
export class Desk {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch = browserFetch) {
    this.#fetch = fetch;
  }

  redeem(code: string, renewal: string): Promise<GrantReply> {
    return this.#post("codes/redeem", { code, renewal });
  }

  renew(renewal: string, next: string): Promise<GrantReply> {
    return this.#post("tokens/renew", { renewal, next });
  }

  async #post(path: string, body: Record<string, string>): Promise<GrantReply> {
    const response = await send(this.#fetch, `/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
    });
    return (await jsonOf(response)) as GrantReply;
  }
}

interface More {
  signal?: AbortSignal;
  body?: object;
}

/** Requests about one build, made with an access token. */
export class BuildApi {
  /** Of the build. */
  readonly path: string;
  readonly #tokens: TokenSource;
  readonly #fetch: Fetch;

  constructor(build: string, tokens: TokenSource, fetch: Fetch = browserFetch) {
    this.path = `/api/v1/builds/${encodeURIComponent(build)}`;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  async view(): Promise<BuildView> {
    return (await jsonOf(await this.request("GET", this.path))) as BuildView;
  }

  async endAccess(): Promise<void> {
    await this.request("DELETE", `${this.path}/access`);
  }

  /** Asks for as much more time as the policy allows at once. */
  async extend(): Promise<void> {
    await this.request("POST", `${this.path}/access/extend`);
  }

  /** Says how the build goes on that waits at this breakpoint. */
  async decide(number: number, decision: "continue" | "abort"): Promise<void> {
    await this.request("POST", `${this.path}/breakpoint/decide`, { body: { number, decision } });
  }

  /** Ends a terminal for everybody in it. */
  async endSession(session: string): Promise<void> {
    await this.request("DELETE", `/api/v1/sessions/${encodeURIComponent(session)}`);
  }

  /** The body is a stream of server-sent events. */
  async events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.request("GET", `${this.path}/events`, { signal });
    if (response.body === null) throw new UnreachableError();
    return response.body;
  }

  /** What has no method here. A token may run out on the way, so one refusal is answered with a fresh one. */
  async request(method: string, path: string, more: More = {}): Promise<Response> {
    try {
      return await this.#once(method, path, more, false);
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 401)) throw error;
      return await this.#once(method, path, more, true);
    }
  }

  async #once(
    method: string,
    path: string,
    { signal, body }: More,
    fresh: boolean,
  ): Promise<Response> {
    const { token } = await this.#tokens({ fresh });
    const json = body === undefined ? {} : { "content-type": "application/json" };
    return await send(this.#fetch, path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...json },
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Sends a request; whatever is no success is thrown as what it is. */
export async function send(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new UnreachableError();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new UnreachableError();
  }
}
