/**
 * The command of a step at the prompt of a new shell. An address names the step's number alone: what is typed
 * comes from the build's own view, and nothing of it is run.
 */
import type { BuildView } from "../../protocol/gen/BuildView";

/** The number in `?step=4`, or null where there is none that could be. */
export function stepAsked(search: string): number | null {
  const asked = new URLSearchParams(search).get("step") ?? "";
  return /^[1-9]\d{0,2}$/.test(asked) ? Number(asked) : null;
}

export function commandOf(view: BuildView, step: number): string | null {
  return view.steps[step - 1]?.command ?? null;
}
