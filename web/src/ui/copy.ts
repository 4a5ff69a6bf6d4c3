/** A button that copies a text and says so in its place. */
import { html, LitElement } from "lit";

const THANKS_MS = 2000;

export class CopyButton extends LitElement {
  static override properties = {
    text: { attribute: false },
    label: { type: String },
    _said: { state: true },
  };

  declare text: string;
  declare label: string;
  declare _said: string;

  constructor() {
    super();
    this.text = "";
    this.label = "Copy";
    this._said = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    return html`<button type="button" aria-label=${this.label} @click=${() => void this.#copy()}>
        ${this._said === "" ? "Copy" : this._said}
      </button><span class="sr" role="status">${this._said}</span>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this._said = "Copied";
    } catch {
      this._said = "Not allowed";
    }
    setTimeout(() => {
      this._said = "";
    }, THANKS_MS);
  }
}

customElements.define("transom-copy", CopyButton);
