/** The step that failed: most often the reason why somebody is here. */
import { html, nothing, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";

export function renderFailedStep(view: BuildView): TemplateResult | typeof nothing {
  const step = view.steps.find((s) => s.status === "failed");
  if (step === undefined) return nothing;
  return html`<section class="card" aria-labelledby="failed">
    <header>
      <span class="dot" data-tone="danger"></span>
      <h2 id="failed">Failed step: ${step.name}</h2>
    </header>
    ${
      step.command === null
        ? html`<p class="row muted">The CI did not say what it ran.</p>`
        : html`<div class="command">
            <pre><code>${step.command}</code></pre>
            <transom-copy .text=${step.command} label="Copy command"></transom-copy>
          </div>`
    }
  </section>`;
}
