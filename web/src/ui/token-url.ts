/** Tokens for an embedded element: from an address of the page that embeds it, with that page's cookies. */
import { ProblemError, problemOf, UnreachableError } from "../api/problem";
import { type AccessToken, TokenRefused } from "../transport/token";

export async function fetchToken(url: string): Promise<AccessToken> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "include", cache: "no-store" });
  } catch {
    throw new UnreachableError();
  }
  if (!response.ok) {
    const error = await problemOf(response);
    if (error instanceof ProblemError && !error.passes) {
      throw new TokenRefused(error.problem, error.message);
    }
    throw error;
  }
  const body = (await response.json()) as Partial<AccessToken>;
  if (typeof body.token !== "string" || typeof body.expires_at !== "string") {
    throw new TokenRefused("token-missing", "The page around it gave no token.");
  }
  return { token: body.token, expires_at: body.expires_at, ws_url: body.ws_url };
}
