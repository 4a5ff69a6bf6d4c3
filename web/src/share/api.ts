/** Requests about share links: of those who make them, and of guests. */
import { ProblemError, problemOf, UnreachableError } from "../api/problem";
import type { GuestView } from "../protocol/gen/GuestView";
import type { LookView } from "../protocol/gen/LookView";
import type { MadeView } from "../protocol/gen/MadeView";
import type { Shared } from "../protocol/gen/Shared";
import type { ShareRole } from "../protocol/gen/ShareRole";
import type { TokenSource } from "../transport/token";

export interface Wanted {
  label: string;
  what: Shared;
  role: ShareRole;
  expires_in_s: number;
  max_viewers: number | null;
  max_uses: number | null;
  passcode: string | null;
  approval: boolean;
}

/** Those who may share. */
export class ShareApi {
  readonly #build: string;
  readonly #tokens: TokenSource;

  constructor(build: string, tokens: TokenSource) {
    this.#build = build;
    this.#tokens = tokens;
  }

  async make(wanted: Wanted): Promise<MadeView> {
    const path = `builds/${encodeURIComponent(this.#build)}/shares`;
    return (await (await this.#send("POST", path, wanted)).json()) as MadeView;
  }

  async revoke(share: string): Promise<void> {
    await this.#send("DELETE", `shares/${encodeURIComponent(share)}`);
  }

  async answer(share: string, number: number, approve: boolean): Promise<void> {
    await this.#send("POST", `shares/${encodeURIComponent(share)}/requests/${number}`, { approve });
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    const { token } = await this.#tokens({ fresh: false });
    return await send(method, path, body, { authorization: `Bearer ${token}` });
  }
}

export interface Key {
  secret: string;
  name: string;
  renewal: string;
  passcode?: string;
}

/** What became of a guest's request. */
export type Redeemed = { state: "in"; guest: GuestView } | { state: "waiting" };

/** Guests, who prove themselves by the link's secret. */
export class GuestDesk {
  readonly #path: string;

  constructor(share: string) {
    this.#path = `shares/${encodeURIComponent(share)}`;
  }

  async look(secret: string): Promise<LookView> {
    return (await (await send("POST", `${this.#path}/look`, { secret })).json()) as LookView;
  }

  async redeem(key: Key): Promise<Redeemed> {
    const response = await send("POST", `${this.#path}/redeem`, key);
    if (response.status === 202) return { state: "waiting" };
    return { state: "in", guest: (await response.json()) as GuestView };
  }
}

/** A problem that says after how many seconds to try again. */
export class BrakedError extends ProblemError {
  readonly seconds: number;

  constructor(sentence: string, seconds: number) {
    super("too-many", 429, sentence, null);
    this.seconds = seconds;
  }
}

async function send(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new UnreachableError();
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  const seconds = Number(response.headers.get("retry-after") ?? "");
  if (response.status === 429 && seconds > 0) throw new BrakedError(problem.message, seconds);
  throw problem;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : "This did not work.";
}
