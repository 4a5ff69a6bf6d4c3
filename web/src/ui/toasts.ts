/** Short news at the foot of an element, one of a kind at a time; it stays while somebody reads it. */
import { html, nothing, render, type TemplateResult } from "lit";

export interface Toast {
  /** A new one takes the place of an older one of its kind. */
  kind: string;
  text: string;
  action?: { label: string; run: () => void };
}

const STAY_MS = 8000;
const MOST = 3;

export class Toasts {
  readonly #place: HTMLElement;
  #toasts: Toast[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    place.className = "toasts";
    place.setAttribute("role", "status");
    for (const type of ["pointerenter", "focusin"]) {
      place.addEventListener(type, () => clearTimeout(this.#timer));
    }
    for (const type of ["pointerleave", "focusout"]) {
      place.addEventListener(type, () => this.#wait());
    }
  }

  show(toast: Toast): void {
    this.#toasts = [...this.#toasts.filter((t) => t.kind !== toast.kind), toast].slice(-MOST);
    this.#draw();
    this.#wait();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#toasts = [];
      this.#draw();
    }, STAY_MS);
  }

  #remove(toast: Toast): void {
    this.#toasts = this.#toasts.filter((t) => t !== toast);
    this.#draw();
  }

  #draw(): void {
    render(
      this.#toasts.map((toast) => this.#render(toast)),
      this.#place,
    );
  }

  #render(toast: Toast): TemplateResult {
    const { text, action } = toast;
    const act = () => {
      this.#remove(toast);
      action?.run();
    };
    return html`<div class="toast" data-kind=${toast.kind}>
      <span>${text}</span>
      ${action === undefined ? nothing : html`<button type="button" @click=${act}>${action.label}</button>`}
      <button type="button" class="plain" aria-label="Dismiss" @click=${() => this.#remove(toast)}>✕</button>
    </div>`;
  }
}
