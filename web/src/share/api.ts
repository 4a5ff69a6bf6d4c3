/** Requests about share links: of those who make them, and of guests. */
import { type BuildApi, browserFetch, send } from "../api/rest";
import type { GuestView } from "../protocol/gen/GuestView";
import type { LookView } from "../protocol/gen/LookView";
import type { MadeView } from "../protocol/gen/MadeView";
import type { Shared } from "../protocol/gen/Shared";
import type { ShareRole } from "../protocol/gen/ShareRole";

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
  readonly #api: BuildApi;

  constructor(api: BuildApi) {
    this.#api = api;
  }

  async make(wanted: Wanted): Promise<MadeView> {
    const made = await this.#api.request("POST", `${this.#api.path}/shares`, { body: wanted });
    return (await made.json()) as MadeView;
  }

  async revoke(share: string): Promise<void> {
    await this.#api.request("DELETE", pathOf(share));
  }

  async answer(share: string, number: number, approve: boolean): Promise<void> {
    const body = { approve };
    await this.#api.request("POST", `${pathOf(share)}/requests/${number}`, { body });
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
    this.#path = pathOf(share);
  }

  async look(secret: string): Promise<LookView> {
    return (await (await post(`${this.#path}/look`, { secret })).json()) as LookView;
  }

  async redeem(key: Key): Promise<Redeemed> {
    const response = await post(`${this.#path}/redeem`, key);
    if (response.status === 202) return { state: "waiting" };
    return { state: "in", guest: (await response.json()) as GuestView };
  }
}

function pathOf(share: string): string {
  return `/api/v1/shares/${encodeURIComponent(share)}`;
}

function post(path: string, body: object): Promise<Response> {
  return send(browserFetch, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    cache: "no-store",
    body: JSON.stringify(body),
  });
}
