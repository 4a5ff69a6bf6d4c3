/** What can be opened on the machine, or why it cannot. */
import { html, nothing, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import { desktopIcon, terminalIcon } from "../../ui/icons";
import { allows } from "../build";

/** Null where a terminal can be opened. */
export function terminalObstacle(view: BuildView): string | null {
  const { available, reason } = view.features.terminal;
  if (!available) return reason ?? view.access.sentence;
  if (allows(view, "terminal.control")) return null;
  const missing = view.permissions.find((p) => p.capability === "terminal.control");
  return missing?.reason ?? "You may watch terminals, but not open one.";
}

export function renderTiles(view: BuildView, open: () => void): TemplateResult {
  const obstacle = terminalObstacle(view);
  const desktop = view.features.desktop;
  return html`<div class=${desktop.reason === null ? "" : "tiles"}>
    <section class="card tile" aria-labelledby="terminal-tile" ?data-off=${obstacle !== null}>
      <span class="face">${terminalIcon}</span>
      <div class="what">
        <h2 id="terminal-tile">Terminal</h2>
        <p class="muted" id="terminal-about">${obstacle ?? "A shell in the build directory"}</p>
      </div>
      ${obstacle === null ? html`<kbd class="key" aria-hidden="true">T</kbd>` : nothing}
      <button
        type="button"
        class="primary"
        aria-keyshortcuts="T"
        aria-describedby="terminal-about"
        ?disabled=${obstacle !== null}
        @click=${open}
      >Open terminal</button>
    </section>
    ${
      desktop.reason === null
        ? nothing
        : html`<section class="card tile" aria-labelledby="desktop-tile" data-off>
            <span class="face">${desktopIcon}</span>
            <div class="what">
              <h2 id="desktop-tile">Desktop</h2>
              <p class="muted">${desktop.reason}</p>
            </div>
          </section>`
    }
  </div>`;
}
