/** A folder as it is shown: the way to it, and what is in it. Names are text and nothing else. */
import { html, nothing, type TemplateResult } from "lit";
import type { FileView } from "../protocol/gen/FileView";
import type { ListingView } from "../protocol/gen/ListingView";
import { size, steps, visible } from "./names";

export interface EntryActions {
  enter: (file: FileView) => void;
  fetch: (file: FileView) => void;
}

export function renderPath(exact: string, go: (path: string) => void): TemplateResult {
  const all = steps(exact);
  return html`<nav aria-label="Folder">
    ${all.map(
      (
        step,
        i,
      ) => html`<button type="button" class="step" aria-current=${i === all.length - 1 ? "location" : nothing}
        @click=${() => go(step.exact)}><bdi>${visible(step.text)}</bdi></button>`,
    )}
  </nav>`;
}

export function renderEntries(listing: ListingView, actions: EntryActions): TemplateResult {
  const { entries, truncated } = listing;
  if (entries.length === 0) return html`<p class="muted">This folder is empty.</p>`;
  const folders = entries.filter((file) => file.kind === "directory");
  const others = entries.filter((file) => file.kind !== "directory");
  return html`<table>
      <thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col">Changed</th><th scope="col"><span class="sr">Download</span></th></tr></thead>
      <tbody>${[...folders, ...others].map((file) => renderEntry(file, actions))}</tbody>
    </table>
    ${truncated ? html`<p class="muted">There is more in this folder than is shown.</p>` : nothing}`;
}

function renderEntry(file: FileView, { enter, fetch }: EntryActions): TemplateResult {
  const name = visible(file.name.text);
  const folder = file.kind === "directory";
  const label = html`<bdi>${name}${folder ? "/" : ""}</bdi>${file.link ? html` <span class="muted">${LINKS[file.kind]}</span>` : nothing}`;
  return html`<tr>
    <td class="name">${folder ? html`<button type="button" class="step" @click=${() => enter(file)}>${label}</button>` : label}</td>
    <td class="number">${folder || file.size === null ? "" : size(file.size)}</td>
    <td class="time">${file.modified_at === null ? "" : timeOf(file.modified_at)}</td>
    <td>${
      file.kind === "file"
        ? html`<button type="button" class="step" aria-label="Download ${name}" @click=${() => fetch(file)}>Download</button>`
        : nothing
    }</td>
  </tr>`;
}

const LINKS: Readonly<Record<FileView["kind"], string>> = {
  file: "(link)",
  directory: "(link)",
  link: "(link to nothing)",
  other: "(link to a device)",
};

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

function timeOf(at: string): string {
  return format.format(new Date(at));
}
