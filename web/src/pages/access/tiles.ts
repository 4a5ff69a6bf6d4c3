/** What can be opened on the machine, or why it cannot. */
import { html, nothing, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import { desktopIcon, terminalIcon } from "../../ui/icons";
import { allows } from "../build";

/** Null where it can be opened. */
export function obstacle(view: BuildView, family: "terminal" | "desktop"): string | null {
  const { available, reason } = view.features[family];
  if (!available) return reason ?? view.access.sentence;
  const capability = `${family}.control` as const;
  if (allows(view, capability)) return null;
  const missing = view.permissions.find((p) => p.capability === capability);
  return missing?.reason ?? `You may watch a ${family}, but not open one.`;
}

export interface Openers {
  terminal: () => void;
  desktop: () => void;
}

export function renderTiles(view: BuildView, open: Openers): TemplateResult {
  const { desktop } = view.features;
  // A machine without a desktop says so only where a reason tells what to do about it.
  const shown = desktop.available || desktop.reason !== null;
  return html`<div class=${shown ? "tiles" : ""}>
    ${renderTile(view, "terminal", "Terminal", "A shell in the build directory", terminalIcon, open.terminal)}
    ${shown ? renderTile(view, "desktop", "Desktop", "The machine’s screen", desktopIcon, open.desktop) : nothing}
  </div>`;
}

function renderTile(
  view: BuildView,
  family: "terminal" | "desktop",
  title: string,
  about: string,
  icon: TemplateResult,
  open: () => void,
): TemplateResult {
  const why = obstacle(view, family);
  const key = title.charAt(0);
  return html`<section class="card tile" aria-labelledby="${family}-tile" ?data-off=${why !== null}>
    <span class="face">${icon}</span>
    <div class="what">
      <h2 id="${family}-tile">${title}</h2>
      <p class="muted" id="${family}-about">${why ?? about}</p>
    </div>
    ${why === null ? html`<kbd class="key" aria-hidden="true">${key}</kbd>` : nothing}
    <button
      type="button"
      class="primary"
      aria-keyshortcuts=${key}
      aria-describedby="${family}-about"
      ?disabled=${why !== null}
      @click=${open}
    >Open ${family}</button>
  </section>`;
}
