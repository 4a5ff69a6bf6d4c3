/** What the pages of those who may share have beside their own: the dialog, and the guests who wait. */

import { html, nothing, render, svg, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { sentenceOf } from "../api/problem";
import type { BuildApi } from "../api/rest";
import { BuildWatch } from "../api/watch";
import type { BuildView } from "../protocol/gen/BuildView";
import type { ShareView } from "../protocol/gen/ShareView";
import { browserClock } from "../ui/browser-clock";
import { icon } from "../ui/icons";
import { ShareApi } from "./api";
import { ShareDialog } from "./dialog";

const shareIcon = icon(svg`<path d="M10 12V3M6.500 6 10 2.500 13.500 6M5 9H3.500v8h13V9H15" />`);

export class ShareDesk {
  readonly api: ShareApi;
  readonly #build: BuildApi;
  readonly #dialog = new ShareDialog();
  readonly #asking = document.createElement("div");
  #links: readonly ShareView[] = [];
  #failure = "";

  constructor(build: BuildApi, signal: AbortSignal) {
    this.#build = build;
    this.api = new ShareApi(build);
    this.#dialog.api = this.api;
    this.#asking.className = "asking";
    this.#asking.setAttribute("role", "alert");
    document.body.append(this.#asking, this.#dialog);
    signal.addEventListener("abort", () => {
      this.#asking.remove();
      this.#dialog.remove();
    });
  }

  get links(): readonly ShareView[] {
    return this.#links;
  }

  show(view: BuildView): void {
    this.#dialog.view = view;
    this.#dialog.show();
  }

  /** The button of a bar. */
  renderButton(view: BuildView | null): TemplateResult {
    const show = () => view !== null && this.show(view);
    return html`<button type="button" aria-label="Share" title="Share" @click=${show}>${shareIcon}</button>`;
  }

  /** Follows the links while the page is seen: browsers give an origin few connections at once. */
  follow(signal: AbortSignal): void {
    let watch: BuildWatch | null = null;
    const look = () => {
      watch?.stop();
      watch = null;
      if (document.hidden || signal.aborted) return;
      watch = new BuildWatch(this.#build, browserClock, Math.random, {
        build: (view) => {
          this.#dialog.view = view;
        },
        shares: (links) => this.take(links),
        warning: () => {},
        lost: () => {},
        // Nobody is left to be answered by this page.
        refused: () => this.take([]),
      });
      watch.start();
    };
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", look);
    look();
  }

  take(links: readonly ShareView[]): void {
    this.#links = links;
    this.#failure = "";
    this.#draw();
  }

  #draw(): void {
    const waiting = this.#links.flatMap((link) => link.waiting.map((guest) => ({ link, guest })));
    const one = ({ link, guest }: (typeof waiting)[number]): TemplateResult => {
      const by = link.offer.label === "" ? "a link" : `the link “${link.offer.label}”`;
      const answer = (approve: boolean) => () => void this.#answer(link.id, guest.number, approve);
      return html`<div class="toast"><span><b>${guest.name}</b> waits at ${by}.</span>
        <button type="button" class="primary" aria-label="Let in ${guest.name}" @click=${answer(true)}>Let in</button>
        <button type="button" aria-label="Turn away ${guest.name}" @click=${answer(false)}>Turn away</button></div>`;
    };
    render(
      html`${repeat(waiting, ({ link, guest }) => `${link.id} ${guest.number}`, one)}${this.#failure === "" ? nothing : html`<div class="toast">${this.#failure}</div>`}`,
      this.#asking,
    );
  }

  async #answer(link: string, number: number, approve: boolean): Promise<void> {
    this.#failure = "";
    try {
      await this.api.answer(link, number, approve);
    } catch (error) {
      this.#failure = sentenceOf(error);
    }
    this.#draw();
  }
}
