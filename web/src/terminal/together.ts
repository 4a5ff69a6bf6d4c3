/** What the terminal says about control, loaded once there is somebody to share it with. */
import type { Company, ControlActs } from "../presence/company";
import type { ControlNotices } from "../presence/control";

export interface TogetherHost {
  root: ShadowRoot;
  /** Who is here, as far as is known. */
  company: () => Company | null;
  /** What can be done about control; null where nothing is connected. */
  control: () => ControlActs | null;
  focus: () => void;
}

export class Together {
  readonly #host: TogetherHost;
  #notices: ControlNotices | null = null;
  #live = false;
  #disposed = false;

  constructor(host: TogetherHost) {
    this.#host = host;
    void this.changed();
  }

  set live(live: boolean) {
    this.#live = live;
    void this.changed();
  }

  /** Who is alone and controls hears nothing of it. */
  async changed(): Promise<void> {
    const { root, company, control, focus } = this.#host;
    const now = company();
    if (this.#notices === null) {
      const place = root.querySelector<HTMLElement>("[part=toolbar]");
      const me = now?.viewers.find((viewer) => viewer.id === now.me);
      const alone = now === null || (now.viewers.length < 2 && me?.role === "controller");
      if (alone || place === null) return;
      const { ControlNotices } = await import("../presence/control");
      if (this.#disposed) return;
      this.#notices ??= new ControlNotices({ root, place, noun: "terminal", acts: control, focus });
    }
    this.#notices.update(company(), this.#live);
  }

  refused(sentence: string): void {
    this.#notices?.refused(sentence);
  }

  /** A key went down. */
  key(event: KeyboardEvent): void {
    if (isTyped(event)) this.#notices?.tried();
  }

  dispose(): void {
    this.#disposed = true;
    this.#notices?.dispose();
  }
}

/** Soft keyboards name no key. */
function isTyped({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  const types =
    key.length === 1 || key === "Enter" || key === "Backspace" || key === "Unidentified";
  return types && !metaKey && (!ctrlKey || key === "c");
}
