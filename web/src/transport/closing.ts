/** What the end of a connection means: come back, come back with a fresh token, or stay away. */
import { PROBLEMS, type ProblemName } from "../protocol/gen/problems";

/** Why a connection ended, for programs and for people. */
export interface Ending {
  code: number;
  /** A problem's name, or `exited`, `left`, `unreachable`. */
  problem: string;
  sentence: string;
}

export type Verdict = "retry" | "refresh" | "final";

const PASSING: ReadonlySet<number> = new Set([1001, 1005, 1006, 1011, 1012, 4500, 4502]);

/** The machine gave an answer that it will give again; asking on would look like an attack. */
const SETTLED: ReadonlySet<string> = new Set<ProblemName>([
  "host-key-mismatch",
  "login-refused",
  "session-refused",
]);

export function verdict(ending: Ending, everIn: boolean): Verdict {
  if (ending.code === 4401) return "refresh";
  if (!PASSING.has(ending.code)) return "final";
  if (ending.code === 4502) {
    const shellLost = everIn && ending.problem === "machine-gone";
    if (shellLost || SETTLED.has(ending.problem)) return "final";
  }
  return "retry";
}

/** The server's own words where it had the time to say them. */
export function endingOf(code: number, said: Ending | null): Ending {
  if (said !== null) return said;
  const name = FIRST_OF_CODE.get(code);
  if (name !== undefined) return { code, problem: name, sentence: PROBLEMS[name].sentence };
  return { code, problem: "unreachable", sentence: UNREACHABLE };
}

export function isProblem(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name);
}

export const UNREACHABLE = "Transom cannot be reached.";

/** A bare close code says less than a problem; these are the sentences that are true for all of one code. */
const FIRST_OF_CODE: ReadonlyMap<number, ProblemName> = new Map<number, ProblemName>([
  [4400, "malformed"],
  [4401, "token-expired"],
  [4403, "revoked"],
  [4404, "session-unknown"],
  [4408, "idle"],
  [4409, "taken-over"],
  [4410, "access-ended"],
  [4411, "deadline"],
  [4429, "too-many"],
  [4500, "internal"],
  [4502, "machine-unreachable"],
  [1012, "restarting"],
]);
