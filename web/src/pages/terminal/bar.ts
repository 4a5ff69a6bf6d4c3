/** The bar over a full-window terminal. */
import { html, nothing, type TemplateResult } from "lit";
import type { ViewerInfo } from "../../protocol/gen/ViewerInfo";
import type { ConnectionState } from "../../transport/status";
import { buildAddress, terminalAddress } from "../../ui/address";
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
  program: string;
  state: ConnectionState;
  exited: boolean;
  viewers: readonly ViewerInfo[];
  me: string;
  leftMs: number | null;
  endsAt: string | null;
  cause: string;
  mayOpen: boolean;
  files: () => void;
  fullScreen: () => void;
}

export function renderBar(bar: Bar, menu: TemplateResult): TemplateResult {
  const { build, name, program, viewers, leftMs } = bar;
  const [tone, words] = stateWords(bar);
  const who = names(viewers, bar.me);
  return html`<header class="terminal-bar">
    <a class="button" id="back" href=${buildAddress(build)}>${backIcon}<span class="wide">Build</span><span class="sr">Back to the build</span></a>
    <h1>${name}</h1>
    ${program === "" ? nothing : html`<span class="program muted">${program}</span>`}
    <span class="grow"></span>
    <span class="item" role="status" data-testid="state">
      <span class="dot" data-tone=${tone}></span><span class=${bar.state === "live" ? "only-wide" : ""}>${words}</span>
    </span>
    ${
      viewers.length === 0
        ? nothing
        : html`<span class="item muted" title=${who} data-testid="viewers">
            ${peopleIcon}${viewers.length}<span class="sr">here: ${who}</span>
          </span>`
    }
    ${leftMs === null ? nothing : renderCountdown(bar, leftMs)}
    ${
      bar.mayOpen
        ? html`<a class="button" href=${terminalAddress(build)} target="_blank" rel="noopener"
            aria-label="New terminal (new tab)" title="New terminal">${plusIcon}<span class="wide" aria-hidden="true">New terminal</span></a>`
        : nothing
    }
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
      return ["warn", "Slow connection"];
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
