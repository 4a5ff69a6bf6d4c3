/** `<transom-files>`: the files of a build's machine, to look through, fetch and put. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Capability } from "../protocol/gen/Capability";
import type { FileView } from "../protocol/gen/FileView";
import type { ListingView } from "../protocol/gen/ListingView";
import { FilesApi } from "./api";
import { type Chosen, type Dropped, filesIn, foldersOf, MOST_FILES, placeOf } from "./dropped";
import type { FilesHost } from "./loader";
import { joined, size, textOf, visible } from "./names";
import { renderEntries, renderPath } from "./rows";
import { style } from "./style";
import { renderUploads } from "./transfers";
import { Uploads } from "./uploads";

/** What waits for a yes. */
interface Plan {
  chosen: readonly Chosen[];
  target: string;
  bytes: number;
  tooLarge: number;
}

export function openPanel(host: FilesHost): FilesPanel {
  if (customElements.get("transom-files") === undefined) {
    customElements.define("transom-files", FilesPanel);
  }
  const panel = document.createElement("transom-files") as FilesPanel;
  panel.host = host;
  document.body.append(panel);
  return panel;
}

export class FilesPanel extends LitElement {
  static override properties = {
    _listing: { state: true },
    _loading: { state: true },
    _trouble: { state: true },
    _said: { state: true },
    _plan: { state: true },
    _open: { state: true },
  };
  static override styles = style;

  declare _listing: ListingView | null;
  declare _loading: boolean;
  declare _trouble: string;
  declare _said: string;
  declare _plan: Plan | null;
  declare _open: boolean;

  host!: FilesHost;
  #api: FilesApi | null = null;
  #uploads: Uploads | null = null;
  #asked = 0;
  #wasBusy = false;

  constructor() {
    super();
    this._listing = null;
    this._loading = false;
    this._trouble = "";
    this._said = "";
    this._plan = null;
    this._open = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#api ??= new FilesApi(this.host.build, this.host.tokens);
    this.#uploads ??= new Uploads(
      this.#api,
      () => this.#onUploads(),
      () => performance.now(),
    );
    window.addEventListener("beforeunload", this.#guard);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.#guard);
  }

  /** Opens at the place where the shell is, else at the build directory. */
  async show(): Promise<void> {
    await this.#open();
    if (this.#why("files.read") === null) await this.#go(this.host.directory());
  }

  /** Asks whether to upload what was dropped: to the folder that is shown, else to where the shell is. */
  async drop(things: readonly Dropped[]): Promise<void> {
    const shown = this._open ? this._listing?.path.exact : undefined;
    const chosen = await filesIn(things).catch(() => []);
    await this.#open();
    await this.#plan(chosen, shown ?? this.host.directory());
  }

  protected override render(): TemplateResult {
    const uploads = this.#uploads?.all ?? [];
    const read = this.#why("files.read");
    const write = this.#why("files.write");
    return html`<dialog aria-labelledby="title" @close=${this.#onClose}>
        <div class="head">
          <h2 id="title">Files</h2>
          <span class="grow"></span>
          <label class="button" ?data-disabled=${write !== null} title=${write ?? "Upload to this folder"}>
            Upload files
            <input type="file" multiple class="sr" ?disabled=${write !== null} @change=${this.#onChosen} />
          </label>
          <button type="button" @click=${() => void this.#again()} ?disabled=${read !== null}>Refresh</button>
          <button type="button" class="plain" aria-label="Close" title="Close" @click=${this.#close}>✕</button>
        </div>
        ${this.#listing ? renderPath(this.#listing.path.exact, (path) => void this.#go(path)) : nothing}
        <p class="trouble" role="alert">${this._trouble}</p>
        ${[read, write].map((why) => (why === null ? nothing : html`<p class="muted">${why}</p>`))}
        ${this._plan === null ? nothing : this.#renderPlan(this._plan)}
        <div class="scroll" tabindex="-1" aria-busy=${this._loading}>
          ${
            this.#listing === null
              ? html`<p class="muted">${this._loading ? "Looking at the machine…" : ""}</p>`
              : renderEntries(this.#listing, {
                  enter: (file) => void this.#go(this.#pathOf(file)),
                  fetch: (file) => void this.#fetch(file),
                })
          }
        </div>
        ${renderUploads(uploads, this.#uploads)}
        <p class="sr" role="status">${this._said}</p>
      </dialog>
      ${this.#renderChip()}`;
  }

  get #listing(): ListingView | null {
    return this._listing;
  }

  #renderPlan({ chosen, target, bytes, tooLarge }: Plan): TemplateResult {
    const what =
      chosen.length === 1 ? visible(chosen[0]?.file.name ?? "") : `${chosen.length} files`;
    const most = chosen.length >= MOST_FILES ? ` Only the first ${MOST_FILES} are taken.` : "";
    const large =
      tooLarge > 0
        ? ` ${tooLarge} of them ${tooLarge === 1 ? "is" : "are"} too large for this server.`
        : "";
    return html`<section class="plan" role="group" aria-labelledby="plan">
      <p id="plan">Upload <b><bdi>${what}</bdi></b> (${size(bytes)}) to <b><bdi>${visible(textOf(target))}</bdi></b>?${most}${large}</p>
      <span class="actions">
        <button type="button" class="primary" id="go" ?disabled=${chosen.length === 0} @click=${() => void this.#upload()}>Upload</button>
        <button type="button" @click=${this.#discard}>Cancel</button>
      </span>
    </section>`;
  }

  /** Says beside the closed panel that something is on its way. */
  #renderChip() {
    const uploads = this.#uploads;
    if (this._open || uploads === null || !uploads.busy) return nothing;
    const left = uploads.all.filter((u) => u.state === "waiting" || u.state === "sending");
    const total = left.reduce((sum, u) => sum + u.file.size, 0);
    const sent = left.reduce((sum, u) => sum + u.sent, 0);
    const percent = total === 0 ? 0 : Math.floor((sent * 100) / total);
    return html`<button type="button" class="chip" @click=${() => void this.show()}>
      Uploading ${left.length === 1 ? "1 file" : `${left.length} files`} · ${percent} %</button>`;
  }

  /** Why the person may not do that, or null. */
  #why(capability: Capability): string | null {
    const permission = this.host.view()?.permissions.find((p) => p.capability === capability);
    return permission === undefined || permission.allowed
      ? null
      : (permission.reason ?? "You may not do this.");
  }

  #pathOf(file: FileView): string {
    return joined(this._listing?.path.exact ?? "", file.name.exact);
  }

  async #open(): Promise<void> {
    await this.updateComplete;
    const dialog = this.#dialog;
    if (dialog !== null && !dialog.open) dialog.showModal();
    this._open = true;
  }

  async #go(path: string | null): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this._loading = true;
    this._trouble = "";
    try {
      const listing = await this.#api?.list(path);
      if (asked !== this.#asked || listing === undefined) return;
      this._listing = listing;
      this._said = `${visible(listing.path.text)}: ${listing.entries.length} entries`;
    } catch (error) {
      if (asked !== this.#asked) return;
      // Where the shell was may be gone; the build directory is a place to start from.
      if (this._listing === null && path !== null) return await this.#go(null);
      this._trouble = wordsOf(error);
    } finally {
      if (asked === this.#asked) this._loading = false;
    }
  }

  async #again(): Promise<void> {
    await this.#go(this._listing?.path.exact ?? this.host.directory());
  }

  async #fetch(file: FileView): Promise<void> {
    this._trouble = "";
    try {
      const ticket = await this.#api?.ticket(this.#pathOf(file));
      if (ticket === undefined) return;
      const link = document.createElement("a");
      link.href = ticket.url;
      link.download = "";
      link.click();
      this._said = `Downloading ${visible(file.name.text)}`;
    } catch (error) {
      this._trouble = wordsOf(error);
    }
  }

  #onChosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    const chosen = [...(input.files ?? [])].map((file) => ({ file, folders: [] }));
    input.value = "";
    void this.#plan(chosen, this._listing?.path.exact ?? this.host.directory());
  }

  async #plan(chosen: readonly Chosen[], target: string | null): Promise<void> {
    this._trouble = "";
    const why = this.#why("files.write");
    if (why !== null || chosen.length === 0) {
      this._trouble = why ?? "Nothing that can be uploaded was dropped.";
      return;
    }
    let place = target;
    if (place === null || this._listing?.path.exact !== place) {
      if (this.#why("files.read") === null) {
        await this.#go(place);
        place = this._listing?.path.exact ?? place;
      }
    }
    const most = this._listing?.file_bytes ?? Number.POSITIVE_INFINITY;
    const fit = chosen.filter(({ file }) => file.size <= most);
    this._plan = {
      chosen: fit,
      target: place ?? ".",
      bytes: fit.reduce((sum, { file }) => sum + file.size, 0),
      tooLarge: chosen.length - fit.length,
    };
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("#go")?.focus();
  }

  async #upload(): Promise<void> {
    const plan = this._plan;
    this.#discard();
    if (plan === null) return;
    try {
      for (const folder of foldersOf(plan.chosen, plan.target))
        await this.#api?.makeDirectory(folder);
    } catch (error) {
      this._trouble = wordsOf(error);
      return;
    }
    for (const one of plan.chosen) {
      const name = [...one.folders, one.file.name].join("/");
      this.#uploads?.add(name, placeOf(one, plan.target), one.file);
    }
  }

  /** What has arrived is there to be seen. */
  #onUploads(): void {
    const busy = this.#uploads?.busy === true;
    const settled = this.#wasBusy && !busy;
    this.#wasBusy = busy;
    this.requestUpdate();
    if (settled && this._open && this.#why("files.read") === null) void this.#again();
  }

  #discard(): void {
    this._plan = null;
    this.renderRoot.querySelector<HTMLElement>(".scroll")?.focus();
  }

  #close(): void {
    this.#dialog?.close();
  }

  #onClose(): void {
    this._open = false;
    this._plan = null;
    this.host.focus();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  readonly #guard = (event: BeforeUnloadEvent): void => {
    if (this.#uploads?.busy === true) event.preventDefault();
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : "It did not work.";
}

declare global {
  interface HTMLElementTagNameMap {
    "transom-files": FilesPanel;
  }
}
