/** Uploads as they are shown: how far, how fast, and why not. */
import { html, nothing, type TemplateResult } from "lit";
import { size, visible } from "./names";
import type { Upload, Uploads } from "./uploads";

/** More rows than this tell nobody anything. */
const MOST_SHOWN = 50;

export function renderUploads(all: readonly Upload[], uploads: Uploads | null) {
  if (all.length === 0 || uploads === null) return nothing;
  const over = all.filter(({ state }) => state === "done" || state === "cancelled");
  const shown = [...all.filter((u) => !over.includes(u)), ...over].slice(0, MOST_SHOWN);
  return html`<section class="uploads" aria-labelledby="uploads">
    <div class="head"><h3 id="uploads">Uploads</h3><span class="grow"></span>
      <span class="muted" role="status">${over.length} of ${all.length} done</span>
      ${over.length === 0 ? nothing : html`<button type="button" @click=${() => uploads.clear()}>Clear</button>`}
    </div>
    <ul>${shown.map((upload) => renderUpload(upload, uploads))}</ul>
    ${all.length > shown.length ? html`<p class="muted">And ${all.length - shown.length} more.</p>` : nothing}
  </section>`;
}

function renderUpload(upload: Upload, uploads: Uploads): TemplateResult {
  const name = visible(upload.name);
  const { state } = upload;
  return html`<li data-state=${state}>
    <span class="name"><bdi>${name}</bdi></span>
    ${
      state === "sending"
        ? html`<progress aria-label="Upload of ${name}" max=${Math.max(1, upload.file.size)} .value=${upload.sent}></progress>`
        : nothing
    }
    <span class="muted">${wordsOf(upload)}</span>
    ${
      state === "waiting" || state === "sending"
        ? html`<button type="button" aria-label="Cancel ${name}" @click=${() => uploads.cancel(upload)}>Cancel</button>`
        : nothing
    }
    ${
      state === "failed"
        ? html`<button type="button" aria-label="${upload.exists ? "Replace" : "Try again:"} ${name}" @click=${() => uploads.again(upload)}>
            ${upload.exists ? "Replace" : "Try again"}</button>`
        : nothing
    }
  </li>`;
}

function wordsOf({ state, sent, rate, file, words }: Upload): string {
  switch (state) {
    case "waiting":
      return `${size(file.size)}, waits`;
    case "sending":
      return `${size(sent)} of ${size(file.size)}${rate > 0 ? `, ${size(rate)}/s` : ""}`;
    case "done":
      return `${size(file.size)}, done`;
    case "cancelled":
      return "cancelled";
    case "failed":
      return words;
    default:
      return state satisfies never;
  }
}
