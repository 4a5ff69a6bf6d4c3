/** Who came and who left, said in passing in a corner of the page; nothing takes the keyboard. */
import { html, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Arrivals } from "./arrivals";
import type { Company } from "./company";

const STAY_MS = 6000;
const MOST = 3;

interface Toast {
  number: number;
  text: string;
}

export class ArrivalToasts {
  readonly #place = document.createElement("div");
  readonly #signal: AbortSignal;
  /** By session. */
  readonly #arrivals = new Map<string, Arrivals>();
  #toasts: Toast[] = [];
  #number = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#place.className = "arrivals";
    this.#place.setAttribute("role", "status");
    document.body.append(this.#place);
    signal.addEventListener("abort", () => this.#place.remove());
  }

  /** `where` is named where the page shows several sessions. */
  update(session: string, company: Company, where: string): void {
    let arrivals = this.#arrivals.get(session);
    if (arrivals === undefined) {
      arrivals = new Arrivals();
      this.#arrivals.set(session, arrivals);
    }
    arrivals.update(company, performance.now());
    this.#wait(arrivals, where);
  }

  #wait(arrivals: Arrivals, where: string): void {
    const { due } = arrivals;
    if (due === null || this.#signal.aborted) return;
    setTimeout(
      () => {
        for (const text of arrivals.take(performance.now())) {
          this.#show(where === "" ? text : `${text} ${where}`);
        }
        this.#wait(arrivals, where);
      },
      Math.max(50, due - performance.now()),
    );
  }

  #show(text: string): void {
    this.#number += 1;
    const toast: Toast = { number: this.#number, text };
    this.#toasts = [...this.#toasts, toast].slice(-MOST);
    this.#draw();
    setTimeout(() => {
      this.#toasts = this.#toasts.filter((t) => t !== toast);
      this.#draw();
    }, STAY_MS);
  }

  #draw(): void {
    const all = repeat(
      this.#toasts,
      ({ number }) => number,
      ({ text }) => html`<p>${text}</p>`,
    );
    render(html`${all}`, this.#place);
  }
}
