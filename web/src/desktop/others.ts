/** The others at a desktop: what is said about control, and everybody's pointers. */
import type { Company, ControlActs } from "../presence/company";
import { ControlNotices } from "../presence/control";
import type { PointerInfo } from "../protocol/gen/PointerInfo";
import { browserClock } from "../ui/browser-clock";
import { Pointers } from "./pointers";
import { type Place, Pointing } from "./pointing";

export interface OthersHost {
  acts: () => ControlActs | null;
  focus: () => void;
  /** The pixel under a point of the window. */
  place: (x: number, y: number) => Place | null;
  size: () => { width: number; height: number };
  point: (place: Place) => void;
}

const MODIFIERS: ReadonlySet<string> = new Set(["Control", "Alt", "Shift", "Meta", "AltGraph"]);

export class Others {
  readonly #host: OthersHost;
  readonly #notices: ControlNotices | null;
  readonly #pointers: Pointers | null;
  readonly #pointing: Pointing;
  readonly #life = new AbortController();
  #company: Company | null = null;

  constructor(root: ShadowRoot, host: OthersHost) {
    this.#host = host;
    const find = (selector: string) => root.querySelector<HTMLElement>(selector);
    const [place, layer] = [find(".company"), find(".layer")];
    const { acts, focus } = host;
    this.#notices =
      place === null ? null : new ControlNotices({ root, place, noun: "desktop", acts, focus });
    this.#pointers = layer === null ? null : new Pointers(root, layer);
    this.#pointing = new Pointing(browserClock, host.point);
    this.#listen(find(".box"), find(".typing"));
  }

  update(company: Company | null, live: boolean): void {
    this.#company = company;
    this.#notices?.update(company, live);
    if (company !== null) this.#pointers?.company(company);
  }

  refused(sentence: string): void {
    this.#notices?.refused(sentence);
  }

  show(pointers: readonly PointerInfo[]): void {
    this.#pointers?.show(pointers, this.#host.size());
  }

  dispose(): void {
    this.#life.abort();
    this.#pointing.dispose();
    this.#notices?.dispose();
    this.#pointers?.dispose();
  }

  #listen(box: HTMLElement | null, typing: HTMLElement | null): void {
    const { signal } = this.#life;
    const move = ({ clientX, clientY }: PointerEvent) => {
      const place = this.#host.place(clientX, clientY);
      if (place !== null && this.#isSeen()) this.#pointing.move(place);
    };
    for (const type of ["pointermove", "pointerdown"] as const) {
      box?.addEventListener(type, move, { signal });
    }
    box?.addEventListener("click", () => this.#notices?.tried(), { signal });
    const typed = ({ key }: KeyboardEvent) => {
      if (!MODIFIERS.has(key)) this.#notices?.tried();
    };
    typing?.addEventListener("keydown", typed, { signal, capture: true });
  }

  /** Nobody is told where somebody points who is alone there with all of their tabs. */
  #isSeen(): boolean {
    const { viewers = [], me } = this.#company ?? {};
    const mine = viewers.find((viewer) => viewer.id === me)?.person;
    return viewers.some((viewer) => viewer.person !== mine);
  }
}
