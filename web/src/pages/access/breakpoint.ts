/** A build that waits until somebody says how it goes on. */
import { html, nothing, type TemplateResult } from "lit";
import type { BreakpointView } from "../../protocol/gen/BreakpointView";
import type { BuildView } from "../../protocol/gen/BuildView";
import { clockTime } from "../../ui/countdown";

export type Decision = "continue" | "abort";

export interface Deciding {
  busy: boolean;
  failure: string;
  decide: (decision: Decision) => void;
  /** Opens the question whether to abort. */
  ask: () => void;
}

/** While it waits what can be decided, afterwards what came of it while the build still runs. */
export function renderBreakpoint(
  view: BuildView,
  now: number,
  deciding: Deciding,
): TemplateResult | typeof nothing {
  const { breakpoint } = view;
  if (breakpoint === null) return nothing;
  if (breakpoint.state !== "waiting") {
    const words = view.state === "running" ? outcome(breakpoint, now) : null;
    return words === null ? nothing : html`<p class="alert calm" role="status">${words}</p>`;
  }
  const { busy, failure, decide, ask } = deciding;
  const off = busy || breakpoint.reason !== null;
  return html`<section class="card breakpoint" aria-labelledby="breakpoint">
    <div class="what">
      <h2 id="breakpoint">The build waits at ${stepName(view, breakpoint)} until ${clockTime(breakpoint.until, now)} your time</h2>
      <p class="muted" id="breakpoint-about">${breakpoint.reason ?? "Look at the machine, then say how it goes on."}</p>
    </div>
    <div class="actions">
      <button type="button" class="primary" aria-describedby="breakpoint-about" ?disabled=${off}
        @click=${() => decide("continue")}>Continue the build</button>
      <button type="button" aria-describedby="breakpoint-about" ?disabled=${off} @click=${ask}>Abort…</button>
    </div>
    <p role="alert">${failure}</p>
  </section>`;
}

export function renderAbortDialog({ busy, decide }: Deciding): TemplateResult {
  return html`<dialog id="abort" aria-labelledby="abort-title" aria-describedby="abort-effect">
    <h2 id="abort-title">Abort the build?</h2>
    <p id="abort-effect">The build does not go on after this step. Its result is the CI’s to say.</p>
    <form method="dialog" class="actions">
      <button value="keep" autofocus>Keep waiting</button>
      <button type="button" class="danger" ?disabled=${busy} @click=${() => decide("abort")}>Abort the build</button>
    </form>
  </dialog>`;
}

function stepName(view: BuildView, { step }: BreakpointView): string {
  const name = view.steps[step - 1]?.name;
  return name === undefined ? `step ${step}` : `step ${step} “${name}”`;
}

function outcome({ state, by, at, until }: BreakpointView, now: number): string | null {
  const who = by?.name ?? "Somebody";
  const when = clockTime(at ?? until, now);
  switch (state) {
    case "continued":
      return `${who} let the build go on at ${when}.`;
    case "aborted":
      return `${who} aborted the build at ${when}.`;
    case "expired":
      return `Nobody decided until ${when}, so the build does not wait any more.`;
    case "waiting":
    case "over":
      return null;
    default:
      return state satisfies never;
  }
}
