/** How long access lasts, when it ends on the reader's clock, and why then. */
import { html, nothing, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import { causeWords, clockTime, duration, urgency } from "../../ui/countdown";

export function timeLeft(view: BuildView, now: number): number | null {
  const { ends_at } = view.access;
  return ends_at === null ? null : Date.parse(ends_at) - now;
}

/** Asking for more time: whether that is under way, and why it did not work. */
export interface MoreTime {
  busy: boolean;
  failure: string;
  ask: () => void;
}

export function renderTimeStrip(
  view: BuildView,
  now: number,
  warning: string,
  end: (() => void) | null,
  more: MoreTime,
): TemplateResult {
  const left = timeLeft(view, now);
  return html`<section
    class="strip"
    aria-label="Time left"
    data-urgency=${left === null ? "calm" : urgency(left)}
  >
    <div class="line">
      <h2 data-testid="countdown">${left === null ? "No end is known yet" : `Access ends in ${duration(left)}`}</h2>
      <span class="muted cause">${untilWords(view, now)}</span>
      ${renderMore(view, now, more)}
      ${end === null ? nothing : html`<button type="button" @click=${end}>End access…</button>`}
    </div>
    ${left === null ? nothing : renderBar(view, left)}
    <div role="alert">${warning === "" ? nothing : html`<p class="alert">${warning}</p>`}${
      more.failure === "" ? nothing : html`<p class="alert">${more.failure}</p>`
    }</div>
  </section>`;
}

/** Beside the countdown and the warnings, which it is an answer to. */
function renderMore(
  view: BuildView,
  now: number,
  { busy, ask }: MoreTime,
): TemplateResult | typeof nothing {
  const { extend, access } = view;
  if (extend === null) return nothing;
  const { until, reason } = extend;
  const ends = access.ends_at;
  const minutes =
    until === null || ends === null
      ? 0
      : Math.round((Date.parse(until) - Date.parse(ends)) / 60_000);
  const label =
    minutes > 0 ? `Keep ${minutes} more ${minutes === 1 ? "minute" : "minutes"}` : "Keep longer";
  const about = reason ?? (until === null ? "" : `until ${clockTime(until, now)} your time`);
  return html`<span class="more">
    <button type="button" aria-describedby="more-about" ?disabled=${busy || reason !== null} @click=${ask}>${label}</button>
    <span class="muted" id="more-about">${about}</span>
  </span>`;
}

function untilWords({ access }: BuildView, now: number): string {
  if (access.ends_at === null) return access.sentence;
  const cause = causeWords(access.cause);
  const at = `at ${clockTime(access.ends_at, now)} your time`;
  return cause === "" ? at : `${at} · ${cause}`;
}

/** The whole is the build's time, or the ten minutes after it. */
function renderBar(view: BuildView, left: number): TemplateResult {
  const end = Date.parse(view.access.ends_at ?? "");
  const short = view.access.cause === "grace" || view.access.cause === "reattach";
  const start = short ? end - 600_000 : Date.parse(view.started_at ?? "");
  const whole = end - start;
  const share = whole > 0 ? Math.min(1, Math.max(0, left / whole)) : 1;
  const percent = Math.round(share * 100);
  return html`<div
    class="bar"
    role="progressbar"
    aria-label="Time left"
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent}
    aria-valuetext=${duration(left)}
  ><i style="width:${percent}%"></i></div>`;
}
