/** Who is here, and the terminals and the desktop that they are in. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { renderFace } from "../../presence/face";
import type { BuildView } from "../../protocol/gen/BuildView";
import type { SessionView } from "../../protocol/gen/SessionView";
import type { ViewerView } from "../../protocol/gen/ViewerView";
import { desktopAddress, terminalAddress } from "../../ui/address";
import { clockTime } from "../../ui/countdown";

/** What can be done about somebody; `failure` is what came of the last try. */
export interface Dealings {
  give: (viewer: ViewerView) => void;
  remove: (viewer: ViewerView) => void;
  failure: string;
}

export function running(view: BuildView): SessionView[] {
  return view.sessions
    .filter((s) => s.state !== "ended")
    .sort((a, b) => a.opened_at.localeCompare(b.opened_at));
}

export function renderSessions(view: BuildView, now: number): TemplateResult {
  const open = running(view);
  return html`<section class="card" aria-labelledby="running">
    <header><h2 id="running">Running now</h2>${count(open.length)}</header>
    ${
      open.length === 0
        ? html`<p class="row muted">None yet. A terminal keeps running when its tab is closed.</p>`
        : html`<ul>${open.map((session) => renderSession(view, session, now))}</ul>`
    }
  </section>`;
}

function renderSession(view: BuildView, session: SessionView, now: number): TemplateResult {
  const name = sessionName(view, session.id);
  const address = session.family === "terminal" ? terminalAddress : desktopAddress;
  const inside = view.viewers
    .filter((v) => v.session === session.id)
    .map((v) => (v.you ? "you" : v.name));
  const who =
    inside.length === 0 ? "nobody in it now" : `in it: ${[...new Set(inside)].join(", ")}`;
  const opened = `opened ${clockTime(session.opened_at, now)} by ${session.opened_by.name}`;
  return html`<li class="row">
    <span class="grow"><b>${name}</b> <span class="muted">· ${opened} · ${who}</span></span>
    <a class="button" href=${address(view.id, session.id)} aria-label="Open ${name}">Open</a>
  </li>`;
}

export function renderPeople(view: BuildView, dealings: Dealings): TemplateResult {
  return html`<section class="card" aria-labelledby="here">
    <header><h2 id="here">Here now</h2>${count(view.viewers.length)}</header>
    ${
      view.viewers.length === 0
        ? html`<p class="row muted">Nobody is in a terminal or on the desktop.</p>`
        : html`<ul>${repeat(
            view.viewers,
            (viewer) => viewer.id,
            (viewer) => renderViewer(view, viewer, dealings),
          )}</ul>`
    }
    ${dealings.failure === "" ? nothing : html`<p class="row" role="alert">${dealings.failure}</p>`}
  </section>`;
}

function renderViewer(view: BuildView, viewer: ViewerView, dealings: Dealings): TemplateResult {
  const { name, you, role, removable, may_hand: mayHand } = viewer;
  const controls = role === "controller";
  const place = sessionName(view, viewer.session);
  const give = () => dealings.give(viewer);
  return html`<li class="row">
    ${renderFace({ name, controls })}
    <span class="grow">
      ${name}
      <span class="muted">${you ? "(you) " : ""}· ${place} since ${clockTime(viewer.since, Date.parse(view.now))}</span>
    </span>
    <span class="pill">${controls ? "controls" : viewer.may_control ? "looks, may control" : "looks"}</span>
    ${
      mayHand
        ? html`<button type="button" aria-label="${you ? "Take" : "Give"} control of ${place}${you ? "" : `: ${name}`}"
            @click=${give}>${you ? "Take control" : "Give control"}</button>`
        : nothing
    }
    ${
      removable
        ? html`<button type="button" aria-label="Remove ${name}" @click=${() => dealings.remove(viewer)}>Remove…</button>`
        : nothing
    }
  </li>`;
}

/** Numbered in the order of opening, so that people can talk about them. */
function sessionName(view: BuildView, id: string): string {
  if (view.sessions.some((s) => s.id === id && s.family === "desktop")) return "Desktop";
  const all = view.sessions
    .filter((s) => s.family === "terminal")
    .sort((a, b) => a.opened_at.localeCompare(b.opened_at));
  const at = all.findIndex((s) => s.id === id);
  return at < 0 ? "Terminal" : `Terminal ${at + 1}`;
}

function count(n: number): TemplateResult {
  return html`<span class="pill">${n}</span>`;
}
