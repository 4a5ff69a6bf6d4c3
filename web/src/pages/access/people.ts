/** Who is here, and the terminals and the desktop that they are in. */
import { html, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import type { SessionView } from "../../protocol/gen/SessionView";
import { desktopAddress, terminalAddress } from "../../ui/address";
import { clockTime } from "../../ui/countdown";

const FACES = ["#d6e4ff", "#dff5e7", "#fde7d3", "#f1e0ff", "#ffe0e6", "#e2eef1"];

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

export function renderPeople(view: BuildView): TemplateResult {
  return html`<section class="card" aria-labelledby="here">
    <header><h2 id="here">Here now</h2>${count(view.viewers.length)}</header>
    ${
      view.viewers.length === 0
        ? html`<p class="row muted">Nobody is in a terminal or on the desktop.</p>`
        : html`<ul>
            ${view.viewers.map(
              (viewer) => html`<li class="row">
                <span class="face-of" aria-hidden="true" style="background:${faceOf(viewer.name)}"
                  >${initials(viewer.name)}</span>
                <span class="grow">
                  ${viewer.name}
                  <span class="muted">${viewer.you ? "(you) " : ""}· ${sessionName(view, viewer.session)} since ${clockTime(viewer.since, Date.parse(view.now))}</span>
                </span>
                <span class="pill">${viewer.role === "controller" ? "controls" : viewer.may_control ? "looks, may control" : "looks"}</span>
              </li>`,
            )}
          </ul>`
    }
  </section>`;
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

export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const letters =
    words.length > 1 ? words.slice(0, 2).map((w) => [...w][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

function faceOf(name: string): string {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return FACES[sum % FACES.length] ?? "#e2eef1";
}

function count(n: number): TemplateResult {
  return html`<span class="pill">${n}</span>`;
}
