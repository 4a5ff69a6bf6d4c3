/** The part of the API that is about files. */
import { ProblemError, problemOf, UnreachableError } from "../api/problem";
import type { ListingView } from "../protocol/gen/ListingView";
import type { TicketView } from "../protocol/gen/TicketView";
import type { TokenSource } from "../transport/token";

export interface Sending {
  /** Whether a file that is there already goes. */
  replace: boolean;
  sent: (bytes: number) => void;
  signal: AbortSignal;
}

export class FilesApi {
  readonly #base: string;
  readonly #tokens: TokenSource;

  constructor(build: string, tokens: TokenSource) {
    this.#base = `/api/v1/builds/${encodeURIComponent(build)}/files`;
    this.#tokens = tokens;
  }

  /** What is in a folder; in the build directory where none is named. Paths are in their exact form. */
  async list(path: string | null): Promise<ListingView> {
    const reply = await this.#request("GET", path === null ? "" : `?path=${path}`);
    return (await reply.json()) as ListingView;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#request("PUT", `/directory?path=${path}`);
  }

  /** An address from which the browser itself fetches a file, once. */
  async ticket(path: string): Promise<TicketView> {
    const reply = await this.#request("POST", "/tickets", JSON.stringify({ path }));
    return (await reply.json()) as TicketView;
  }

  /** Sends a file as it lies on the disk: the browser reads it as fast as it is taken. */
  async upload(path: string, file: Blob, sending: Sending): Promise<void> {
    // A token that was good a moment ago may have run out in a queue.
    await this.#again((token) => this.#send(`/content?path=${path}`, file, sending, token));
  }

  async #request(method: string, path: string, body?: string): Promise<Response> {
    return await this.#again(async (token) => {
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      if (body !== undefined) headers["content-type"] = "application/json";
      const init: RequestInit = { method, headers, cache: "no-store" };
      if (body !== undefined) init.body = body;
      const response = await fetch(this.#base + path, init).catch(() => {
        throw new UnreachableError();
      });
      if (!response.ok) throw await problemOf(response);
      return response;
    });
  }

  async #again<T>(request: (token: string) => Promise<T>): Promise<T> {
    try {
      return await request((await this.#tokens({ fresh: false })).token);
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 401)) throw error;
      return await request((await this.#tokens({ fresh: true })).token);
    }
  }

  /** By XMLHttpRequest: `fetch` does not tell how much was sent. */
  #send(
    path: string,
    file: Blob,
    { replace, sent, signal }: Sending,
    token: string,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = () => request.abort();
      request.open("PUT", this.#base + path);
      request.setRequestHeader("authorization", `Bearer ${token}`);
      request.setRequestHeader("content-type", "application/octet-stream");
      if (!replace) request.setRequestHeader("if-none-match", "*");
      request.upload.onprogress = (event) => sent(event.loaded);
      request.onload = () => {
        if (request.status < 300) resolve();
        else problemOf(new Response(request.responseText, { status: request.status })).then(reject);
      };
      request.onerror = () => reject(new UnreachableError());
      request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
      request.onloadend = () => signal.removeEventListener("abort", abort);
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
      else request.send(file);
    });
  }
}
