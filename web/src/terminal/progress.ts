/** Progress that a program reports of itself (OSC 9;4, as ConEmu and Windows Terminal understand it). */

export interface Progress {
  state: "none" | "normal" | "error" | "busy" | "paused";
  /** 0 to 100; of no meaning while busy or none. */
  percent: number;
}

export const NO_PROGRESS: Progress = { state: "none", percent: 0 };

const STATES = ["none", "normal", "error", "busy", "paused"] as const;

/**
 * Takes what follows `OSC 9 ;`. `null`: not about progress, which leaves notifications of that number
 * without effect. An error or a pause without a number keeps the one before.
 */
export function parseProgress(data: string, before: Progress): Progress | null {
  const [, code, value] = /^4;([0-4])(?:;(\d{0,9}))?;?$/.exec(data) ?? [];
  if (code === undefined) return null;
  const state = STATES[Number(code)] ?? "none";
  if (state === "none" || state === "busy") return { state, percent: 0 };
  const given = value === undefined || value === "" ? null : Math.min(100, Number(value));
  return { state, percent: given ?? (state === "normal" ? 0 : before.percent) };
}
