/** Saves what a terminal printed as a file. */
import { html, LitElement, type TemplateResult } from "lit";
import { problemOf, UnreachableError } from "../../api/problem";
import type { TokenSource } from "../../transport/token";

const KEPT_MS = 60_000;

export type TranscriptFormat = "text" | "asciicast";

/** Throws what the server said where there is no transcript. */
export async function fetchTranscript(
  session: string,
  format: TranscriptFormat,
  tokens: TokenSource,
  get: typeof fetch = fetch,
): Promise<{ name: string; file: Blob }> {
  const url = `/api/v1/sessions/${encodeURIComponent(session)}/transcript?format=${format}`;
  let response: Response | undefined;
  for (const fresh of [false, true]) {
    const { token } = await tokens({ fresh });
    const headers = { authorization: `Bearer ${token}` };
    try {
      response = await get(url, { headers, cache: "no-store" });
    } catch {
      throw new UnreachableError();
    }
    // A token may run out on the way.
    if (response.status !== 401) break;
  }
  if (response === undefined) throw new UnreachableError();
  if (!response.ok) throw await problemOf(response);
  const said = /filename="([\w.-]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const name = said?.[1] ?? (format === "text" ? "terminal.txt" : "terminal.cast");
  try {
    return { name, file: await response.blob() };
  } catch {
    throw new UnreachableError();
  }
}

/** Saves the transcript and says what came of that. */
async function save(
  session: string,
  format: TranscriptFormat,
  tokens: TokenSource,
): Promise<string> {
  try {
    const { name, file } = await fetchTranscript(session, format, tokens);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    // The browser has taken hold of the file by then.
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
    return `Saved as ${name}.`;
  } catch (error) {
    return error instanceof Error ? error.message : "The transcript could not be saved.";
  }
}

export class TranscriptButtons extends LitElement {
  static override properties = {
    session: { attribute: false },
    tokens: { attribute: false },
    _said: { state: true },
  };

  declare session: string;
  declare tokens: TokenSource | null;
  declare _said: string;

  constructor() {
    super();
    this.session = "";
    this.tokens = null;
    this._said = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const button = (format: TranscriptFormat, label: string) =>
      html`<button type="button" ?disabled=${this.session === ""} @click=${() => void this.#save(format)}>${label}</button>`;
    return html`<span id="save-transcript">Save transcript</span>
      <span class="pair" role="group" aria-labelledby="save-transcript">
        ${button("text", "Text")} ${button("asciicast", "asciicast")}
      </span>
      <span class="who muted" role="status">${this._said}</span>`;
  }

  async #save(format: TranscriptFormat): Promise<void> {
    if (this.tokens === null) return;
    this._said = "Saving…";
    this._said = await save(this.session, format, this.tokens);
  }
}

customElements.define("transom-transcript", TranscriptButtons);
