/** Why a request did not get what it asked for: a typed problem from the server, or no answer at all. */
import { PROBLEMS, type ProblemName } from "../protocol/gen/problems";
import { isProblem, UNREACHABLE } from "../transport/closing";

const PREFIX = "urn:transom:problem:";

/** The server said no, and why. */
export class ProblemError extends Error {
  readonly problem: ProblemName;
  readonly status: number;
  readonly requestId: string | null;

  constructor(problem: ProblemName, status: number, sentence: string, requestId: string | null) {
    super(sentence);
    this.name = "ProblemError";
    this.problem = problem;
    this.status = status;
    this.requestId = requestId;
  }

  /** Whether the same request may well work a little later. */
  get passes(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** A problem that says after how many seconds to try again. */
export class BrakedError extends ProblemError {
  readonly seconds: number;

  constructor(sentence: string, seconds: number, requestId: string | null) {
    super("too-many", 429, sentence, requestId);
    this.seconds = seconds;
  }
}

/** Nobody answered, or somebody who is not Transom. */
export class UnreachableError extends Error {
  constructor() {
    super(UNREACHABLE);
    this.name = "UnreachableError";
  }
}

/** Reads an RFC 9457 document; whatever else came instead still becomes a problem or an unreachable server. */
export async function problemOf(response: Response): Promise<ProblemError | UnreachableError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // A proxy's HTML page: only the status is left to go by.
  }
  const field = (name: string): string | null => {
    const value = (body as Record<string, unknown> | null)?.[name];
    return typeof value === "string" ? value : null;
  };
  const type = field("type") ?? "";
  const name = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : "";
  if (isProblem(name)) {
    const sentence = field("detail") ?? PROBLEMS[name].sentence;
    const seconds = Number(response.headers.get("retry-after") ?? "");
    if (name === "too-many" && seconds > 0) {
      return new BrakedError(sentence, seconds, field("request_id"));
    }
    return new ProblemError(name, response.status, sentence, field("request_id"));
  }
  if (response.status >= 500) return new UnreachableError();
  const fallback = BY_STATUS.get(response.status) ?? "malformed";
  return new ProblemError(fallback, response.status, PROBLEMS[fallback].sentence, null);
}

/** What a person is told of whatever went wrong. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : "This did not work.";
}

const BY_STATUS: ReadonlyMap<number, ProblemName> = new Map<number, ProblemName>([
  [401, "token-invalid"],
  [403, "forbidden"],
  [404, "not-found"],
  [410, "access-ended"],
  [429, "too-many"],
]);
