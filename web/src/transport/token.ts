/** Where access tokens come from. */
export interface AccessToken {
  token: string;
  /** RFC 3339. */
  expires_at: string;
  /** Where to connect, if not to the element's own server. */
  ws_url?: string | undefined;
}

export interface TokenRequest {
  /** The last token was refused: one from a cache is of no use. */
  fresh: boolean;
}

/** Rejects with {@link TokenRefused} where asking again is of no use, with anything else to be asked again. */
export type TokenSource = (request: TokenRequest) => Promise<AccessToken>;

/** There will be no token. */
export class TokenRefused extends Error {
  readonly problem: string;

  constructor(problem: string, sentence: string) {
    super(sentence);
    this.name = "TokenRefused";
    this.problem = problem;
  }
}
