/** The build's steps: the one that failed in full, for it is most often why somebody is here, the others folded. */
import { html, nothing, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import type { Step } from "../../protocol/gen/Step";
import { obstacle } from "./tiles";

/** Opens a terminal with the command of the step of that number, from 1, at its prompt. */
export type SendToTerminal = (step: number) => void;

export function renderSteps(
  view: BuildView,
  send: SendToTerminal,
): TemplateResult | typeof nothing {
  const { steps, breakpoint } = view;
  if (steps.length === 0) return nothing;
  const failed = steps.findIndex((step) => step.status === "failed");
  const stopped = breakpoint?.state === "waiting" ? breakpoint.step - 1 : -1;
  const first = failed >= 0 ? failed : stopped;
  const shown = steps[first];
  const others = steps.flatMap((step, at) => (at === first ? [] : [{ step, number: at + 1 }]));
  return html`${shown === undefined ? nothing : renderFirst(view, shown, first + 1, send)}
    ${others.length === 0 ? nothing : renderOthers(view, others, shown !== undefined, send)}`;
}

function renderFirst(
  view: BuildView,
  step: Step,
  number: number,
  send: SendToTerminal,
): TemplateResult {
  const failed = step.status === "failed";
  return html`<section class="card" aria-labelledby="failed">
    <header>
      <span class="dot" data-tone=${toneOf(step)}></span>
      <h2 id="failed">${failed ? "Failed step" : "Step"}: ${step.name}</h2>
    </header>
    ${renderCommand(view, step, number, send)}
  </section>`;
}

function renderOthers(
  view: BuildView,
  others: readonly { step: Step; number: number }[],
  besides: boolean,
  send: SendToTerminal,
): TemplateResult {
  return html`<section class="card" aria-labelledby="steps">
    <header><h2 id="steps">${besides ? "Other steps" : "Steps"}</h2></header>
    ${others.map(
      ({ step, number }) => html`<details class="step">
        <summary>
          <span class="dot" data-tone=${toneOf(step)}></span>
          <span class="grow">${number}. ${step.name}</span>
          <span class="muted">${step.status}</span>
        </summary>
        ${renderCommand(view, step, number, send)}
      </details>`,
    )}
  </section>`;
}

function renderCommand(
  view: BuildView,
  { command, name }: Step,
  number: number,
  send: SendToTerminal,
): TemplateResult {
  if (command === null) return html`<p class="row muted">The CI did not say what it ran.</p>`;
  const why = obstacle(view, "terminal");
  return html`<div class="command">
    <pre tabindex="0" role="region" aria-label="Command of ${name}"><code>${command}</code></pre>
    <transom-copy .text=${command} label="Copy command of ${name}"></transom-copy>
    <button type="button" aria-label="Send to terminal: command of ${name}" title=${why ?? "Opens a terminal with the command typed, but not run"}
      ?disabled=${why !== null} @click=${() => send(number)}>Send to terminal</button>
  </div>`;
}

function toneOf({ status }: Step): "ok" | "warn" | "danger" | "off" {
  switch (status) {
    case "succeeded":
      return "ok";
    case "failed":
      return "danger";
    case "running":
      return "warn";
    case "pending":
    case "skipped":
      return "off";
    default:
      return status satisfies never;
  }
}
