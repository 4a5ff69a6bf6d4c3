/** What the bars over a terminal and over a desktop both say: the connection, who is here, how long it lasts. */
import { html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "../transport/status";
import { clockTime, duration, urgency } from "../ui/countdown";

export interface BarState {
  state: ConnectionState;
  /** What the session's program ended with, where it has. */
  ended: string | null;
  /** Who is here, with what can be done; once it is loaded. */
  people: unknown;
  leftMs: number | null;
  endsAt: string | null;
  cause: string;
}

export function renderState(bar: BarState): TemplateResult {
  const { leftMs } = bar;
  const [tone, words] = stateWords(bar);
  return html`<span class="item" role="status" data-testid="state">
      <span class="dot" data-tone=${tone}></span><span class=${bar.state === "live" || bar.ended !== null ? "only-wide" : ""}>${words}</span>
    </span>
    ${bar.people ?? nothing}
    ${leftMs === null ? nothing : renderCountdown(bar, leftMs)}`;
}

function renderCountdown({ endsAt, cause }: BarState, leftMs: number): TemplateResult {
  const at = endsAt === null ? "" : `Access ends at ${clockTime(endsAt)} your time`;
  const title = cause === "" ? at : `${at}: ${cause}`;
  return html`<span class="item count" data-urgency=${urgency(leftMs)} title=${title} data-testid="countdown"
    ><span class="sr">Access ends in</span>${duration(leftMs)}<span class="wide"> left</span></span>`;
}

function stateWords({ state, ended }: BarState): ["ok" | "warn" | "danger" | "off", string] {
  switch (state) {
    case "idle":
    case "fetching-token":
    case "connecting":
    case "opening":
      return ["warn", "Connecting"];
    case "live":
      return ["ok", "Connected"];
    case "stalled":
      return ["warn", "Connection slow, input paused"];
    case "reconnecting":
      return ["warn", "Reconnecting"];
    case "ended":
      return ended === null ? ["danger", "Disconnected"] : ["off", ended];
    default:
      return state satisfies never;
  }
}
