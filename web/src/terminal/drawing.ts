/** Who draws the screen: the graphics card where there is one, the page where it would only be imitated. */

import type { WebglAddon } from "@xterm/addon-webgl";
import type { Terminal } from "@xterm/xterm";
import type { Options } from "./options";

const IMITATIONS =
  /swiftshader|llvmpipe|lavapipe|softpipe|software|swrast|basic render|gdi generic|\bswr\b/i;

/** Drawing in software is slower by this way than by the plain one (13 pictures a second, not 60). */
export function isGraphicsCard(renderer: string): boolean {
  return renderer.trim() !== "" && !IMITATIONS.test(renderer);
}

/** Browsers allow about 16 of these drawings, so a screen that nobody sees gives its own back. */
export class Drawing {
  readonly #term: Terminal;
  readonly #seen: IntersectionObserver;
  #choice: Options["renderer"] = "auto";
  #visible = true;
  #webgl: WebglAddon | null = null;
  #loading = false;
  #lost = false;
  #over = false;

  constructor(term: Terminal, host: Element) {
    this.#term = term;
    this.#seen = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? true;
      void this.#settle();
    });
    this.#seen.observe(host);
  }

  choose(choice: Options["renderer"]): void {
    if (choice !== this.#choice) this.#lost = false;
    this.#choice = choice;
    void this.#settle();
  }

  dispose(): void {
    this.#over = true;
    this.#seen.disconnect();
  }

  async #settle(): Promise<void> {
    const wanted =
      this.#visible &&
      !this.#lost &&
      (this.#choice === "graphics" || (this.#choice === "auto" && hasGraphicsCard()));
    if (!wanted) {
      this.#webgl?.dispose();
      this.#webgl = null;
    }
    if (!wanted || this.#webgl !== null || this.#loading) return;
    this.#loading = true;
    try {
      const { WebglAddon } = await import("@xterm/addon-webgl");
      if (!this.#over) this.#load(new WebglAddon());
    } catch {
      this.#lost = true;
    }
    this.#loading = false;
  }

  #load(webgl: WebglAddon): void {
    webgl.onContextLoss(() => {
      this.#lost = true;
      this.#webgl = null;
      webgl.dispose();
    });
    this.#term.loadAddon(webgl);
    this.#webgl = webgl;
  }
}

let card: boolean | null = null;

/** Asked once: the question costs a drawing context. */
function hasGraphicsCard(): boolean {
  card ??= lookForCard();
  return card;
}

function lookForCard(): boolean {
  const gl = document
    .createElement("canvas")
    .getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return isGraphicsCard(renderer);
}
