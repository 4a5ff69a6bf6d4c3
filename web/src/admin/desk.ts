/** An administrator's requests, and the secret that renews their token: kept per tab, as the server keeps one per page. */
import { ProblemError } from "../api/problem";
import { browserFetch, send } from "../api/rest";
import { secret } from "../grant/browser";
import type { AdminTokenReply } from "../protocol/gen/AdminTokenReply";

const KEY = "transom.admin";
/** A token is renewed so long before it ends. */
const EARLY_MS = 60_000;
const LOCK_MS = 2000;

interface Kept {
  /** Of the page that has it: a tab that was duplicated has the same, and may not use it. */
  id: string;
  renewal: string;
  /** Sent, and perhaps taken: the very same is sent again where the reply was lost. */
  next?: string;
}

export class AdminDesk {
  #code: string | null;
  #kept: Kept | null;
  #reply: AdminTokenReply | null = null;
  #renewing: Promise<AdminTokenReply> | null = null;
  #alone: Promise<boolean> | null = null;
  readonly #over: () => void;

  /** `over` is called once nothing that the page holds opens anything any more. */
  constructor(code: string | null, over: () => void) {
    this.#code = code;
    this.#over = over;
    this.#kept = code === null ? stored() : { id: secret(), renewal: secret() };
  }

  /** Comes in: by the code, or by what this tab kept. */
  async enter(): Promise<AdminTokenReply> {
    if (this.#kept === null) throw missing();
    // Held as long as the page lives, so asked for once.
    this.#alone ??= alone(this.#kept.id);
    if (!(await this.#alone)) throw missing();
    return await this.#token();
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.#request("GET", path)).json()) as T;
  }

  async post<T>(path: string): Promise<T> {
    return (await (await this.#request("POST", path)).json()) as T;
  }

  async delete(path: string): Promise<void> {
    await this.#request("DELETE", path);
  }

  async file(path: string): Promise<Blob> {
    return await (await this.#request("GET", path)).blob();
  }

  /** A token may run out on the way, so one refusal is answered with a fresh one. */
  async #request(method: string, path: string): Promise<Response> {
    try {
      return await this.#once(method, path);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.problem === "revoked") this.#forget();
      if (error.status !== 401 || this.#reply === null) throw error;
      this.#reply = null;
      return await this.#once(method, path);
    }
  }

  async #once(method: string, path: string): Promise<Response> {
    const { token } = await this.#token();
    const headers = { authorization: `Bearer ${token}` };
    return await send(browserFetch, `/api/v1/${path}`, { method, headers, cache: "no-store" });
  }

  #forget(): void {
    this.#kept = this.#code = this.#reply = null;
    sessionStorage.removeItem(KEY);
    this.#over();
  }

  async #token(): Promise<AdminTokenReply> {
    const reply = this.#reply;
    if (reply !== null && Date.parse(reply.expires_at) - Date.now() > EARLY_MS) return reply;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return await this.#renewing;
  }

  async #renew(): Promise<AdminTokenReply> {
    const kept = this.#kept;
    if (kept === null) throw missing();
    try {
      if (this.#code !== null) {
        const body = { code: this.#code, renewal: kept.renewal };
        this.#reply = await exchange("admin/codes/redeem", body);
        this.#code = null;
      } else {
        kept.next ??= secret();
        keep(kept);
        const body = { renewal: kept.renewal, next: kept.next };
        this.#reply = await exchange("admin/tokens/renew", body);
        this.#kept = { id: kept.id, renewal: kept.next };
      }
      keep(this.#kept);
      return this.#reply;
    } catch (error) {
      if (error instanceof ProblemError && !error.passes) this.#forget();
      throw error;
    }
  }
}

async function exchange(path: string, body: object): Promise<AdminTokenReply> {
  const response = await send(browserFetch, `/api/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    cache: "no-store",
    body: JSON.stringify(body),
  });
  return (await response.json()) as AdminTokenReply;
}

function missing(): ProblemError {
  return new ProblemError("token-missing", 401, "Open this page from your CI dashboard.", null);
}

function stored(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function keep(kept: Kept | null): void {
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

/** Whether no other tab has this; it is ours then as long as the page lives. */
async function alone(id: string): Promise<boolean> {
  // Only where the page is not secure, and then nothing is.
  if (navigator.locks === undefined) return true;
  return await new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise<never>(() => {});
    };
    const signal = AbortSignal.timeout(LOCK_MS);
    navigator.locks.request(`${KEY}.${id}`, { signal }, held).catch(() => resolve(false));
  });
}
