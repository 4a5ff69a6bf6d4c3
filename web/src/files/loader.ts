/** What a page needs of files before anybody asks for them: the button's action and the place to drop on. The
 * panel itself is loaded when it is of use. */
import type { BuildView } from "../protocol/gen/BuildView";
import type { TokenSource } from "../transport/token";
import { textOf, visible } from "./names";
import type { FilesPanel } from "./panel";

export interface FilesHost {
  build: string;
  tokens: TokenSource;
  /** Null until it is known. */
  view: () => BuildView | null;
  /** Where the shell is, in the exact form; null where it does not say. */
  directory: () => string | null;
  /** Where the keyboard goes back to. */
  focus: () => void;
}

export class Files {
  readonly #host: FilesHost;
  #panel: Promise<FilesPanel> | null = null;
  #over: HTMLElement | null = null;
  readonly #life = new AbortController();

  /** Takes files that are dropped anywhere: a browser would leave the page for them. */
  constructor(host: FilesHost) {
    this.#host = host;
    const { signal } = this.#life;
    const on = (
      name: "dragenter" | "dragover" | "dragleave" | "drop",
      act: (e: DragEvent) => void,
    ) =>
      document.addEventListener(
        name,
        (event) => {
          if (event.dataTransfer?.types.includes("Files") !== true) return;
          event.preventDefault();
          act(event);
        },
        { signal },
      );
    on("dragenter", () => this.#invite());
    on("dragover", ({ dataTransfer }) => {
      if (dataTransfer !== null) dataTransfer.dropEffect = "copy";
    });
    on("dragleave", ({ relatedTarget }) => {
      if (relatedTarget === null) this.#uninvite();
    });
    on("drop", (event) => {
      this.#uninvite();
      // They are gone once the event is over.
      const items = [...(event.dataTransfer?.items ?? [])].filter((item) => item.kind === "file");
      const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
      const things = dropped.filter((thing) => thing !== null);
      void this.#load().then((panel) => panel?.drop(things));
    });
  }

  dispose(): void {
    this.#life.abort();
    this.#uninvite();
    void this.#panel?.then((panel) => panel.remove());
  }

  async show(): Promise<void> {
    await (await this.#load())?.show();
  }

  #invite(): void {
    void this.#load();
    if (this.#over !== null) return;
    const directory = this.#host.directory();
    const target = directory === null ? "the build directory" : visible(textOf(directory));
    this.#over = document.createElement("div");
    this.#over.className = "drop-here";
    this.#over.textContent = `Drop files to upload them to ${target}`;
    document.body.append(this.#over);
  }

  #uninvite(): void {
    this.#over?.remove();
    this.#over = null;
  }

  #load(): Promise<FilesPanel | null> {
    this.#panel ??= import("./panel").then(({ openPanel }) => openPanel(this.#host));
    return this.#panel.catch(() => {
      // Another try loads it again.
      this.#panel = null;
      return null;
    });
  }
}
