/** The bar over a full-window terminal. */
import { html, nothing, type TemplateResult } from "lit";
import type { ViewerInfo } from "../../protocol/gen/ViewerInfo";
import type { ConnectionState } from "../../transport/status";
import { buildAddress } from "../../ui/address";
import { clockTime, duration, urgency } from "../../ui/countdown";
import {
  backIcon,
  filesIcon,
  fullScreenIcon,
  peopleIcon,
  plusIcon,
  viewIcon,
} from "../../ui/icons";

export interface Bar {
  build: string;
  name: string;
  /** The strip of terminals, and what else is running; once they are loaded. */
  strip: unknown;
  more: unknown;
  state: ConnectionState;
  exited: boolean;
  viewers: readonly ViewerInfo[];
  me: string;
  leftMs: number | null;
  endsAt: string | null;
  cause: string;
  mayOpen: boolean;
  open: () => void;
  files: () => void;
  fullScreen: () => void;
}

export function renderBar(bar: Bar, menu: TemplateResult | undefined): TemplateResult {
  const { build, name, strip, more, viewers, leftMs } = bar;
  const [tone, words] = stateWords(bar);
  const who = names(viewers, bar.me);
  return html`<header class="terminal-bar">
    <a class="button" id="back" href=${buildAddress(build)}>${backIcon}<span class="wide">Build</span><span class="sr">Back to the build</span></a>
    <h1>${name}</h1>
    ${strip ?? nothing}
    ${
      bar.mayOpen
        ? html`<button type="button" id="open" aria-label="New terminal" title="New terminal" @click=${bar.open}>${plusIcon}</button>`
        : nothing
    }
    ${more ?? nothing}
    <span class="grow"></span>
    <span class="item" role="status" data-testid="state">
      <span class="dot" data-tone=${tone}></span><span class=${bar.state === "live" || bar.exited ? "only-wide" : ""}>${words}</span>
    </span>
    ${
      viewers.length === 0
        ? nothing
        : html`<span class="item muted" title=${who} data-testid="viewers">
            ${peopleIcon}${viewers.length}<span class="sr">here: ${who}</span>
          </span>`
    }
    ${leftMs === null ? nothing : renderCountdown(bar, leftMs)}
    <button type="button" aria-label="Files" title="Files on the machine" @click=${bar.files}>${filesIcon}</button>
    <button type="button" popovertarget="view-menu" aria-label="View settings" title="View settings">${viewIcon}</button>
    <button type="button" class="wide" aria-label="Full screen" title="Full screen" @click=${bar.fullScreen}>${fullScreenIcon}</button>
    ${menu}
  </header>`;
}

function renderCountdown({ endsAt, cause }: Bar, leftMs: number): TemplateResult {
  const at = endsAt === null ? "" : `Access ends at ${clockTime(endsAt)} your time`;
  const title = cause === "" ? at : `${at}: ${cause}`;
  return html`<span class="item count" data-urgency=${urgency(leftMs)} title=${title} data-testid="countdown"
    ><span class="sr">Access ends in</span>${duration(leftMs)}<span class="wide"> left</span></span>`;
}

function stateWords({ state, exited }: Bar): ["ok" | "warn" | "danger" | "off", string] {
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
      return exited ? ["off", "Shell exited"] : ["danger", "Disconnected"];
    default:
      return state satisfies never;
  }
}

export function names(viewers: readonly ViewerInfo[], me: string): string {
  return viewers
    .map((v) => `${v.name}${v.id === me ? " (you)" : ""}${v.role === "viewer" ? ", watches" : ""}`)
    .join("; ");
}
