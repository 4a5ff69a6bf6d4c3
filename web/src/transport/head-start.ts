/**
 * A token and a socket that are asked for before anybody is ready to use them: while fonts load and
 * the screen is measured, the network is not kept waiting. Both serve the first try of a connection.
 */
import type { Clock } from "./clock";
import type { Socket, SocketEvents, SocketFactory } from "./socket";
import type { AccessToken, TokenSource } from "./token";

export interface HeadStartParts {
  /** Null where the token decides where to connect. */
  url: string | null;
  tokens: TokenSource;
  openSocket: SocketFactory;
  clock: Clock;
}

/** The server waits 5 s for a hello; a socket that has waited longer than this is not relied on. */
const STALE_MS = 3000;
const NORMAL = 1000;

export class HeadStart {
  readonly #parts: HeadStartParts;
  readonly #since: number;
  #token: Promise<AccessToken> | null;
  #socket: Socket | null = null;
  #events: SocketEvents | null = null;
  #open = false;

  constructor(parts: HeadStartParts) {
    const { url, tokens, openSocket, clock } = parts;
    this.#parts = parts;
    this.#since = clock.now();
    this.#token = tokens({ fresh: false });
    // Whoever takes the promise learns of the failure, too.
    this.#token.catch(() => this.drop());
    if (url === null) return;
    this.#socket = openSocket(url, {
      open: () => {
        this.#open = true;
        this.#events?.open();
      },
      text: (message) => this.#events?.text(message),
      binary: (message) => this.#events?.binary(message),
      closed: (code) => {
        this.#socket = null;
        this.#events?.closed(code);
      },
    });
  }

  readonly tokens: TokenSource = (request) => {
    const early = this.#token;
    this.#token = null;
    return early === null || request.fresh ? this.#parts.tokens(request) : early;
  };

  readonly openSocket: SocketFactory = (url, events) => {
    const socket = this.#socket;
    const fresh = this.#parts.clock.now() - this.#since < STALE_MS;
    if (socket === null || this.#events !== null || url !== this.#parts.url || !fresh) {
      this.drop();
      return this.#parts.openSocket(url, events);
    }
    this.#events = events;
    // Nobody may hear of it before they have the socket.
    if (this.#open) void Promise.resolve().then(() => events.open());
    return socket;
  };

  /** Closes the socket unless somebody uses it. */
  drop(): void {
    if (this.#events === null) this.#socket?.close(NORMAL);
    this.#socket = null;
  }
}
