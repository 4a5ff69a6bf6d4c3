/** The pointers of the others, with their names, over the picture and never in it. */

import type { Company } from "../presence/company";
import { colours } from "../presence/faces";
import type { PointerInfo } from "../protocol/gen/PointerInfo";
import { pointersStyle } from "./pointers-style";

/** Who does not move for so long points at nothing. */
const FADE_MS = 5000;

interface Mark {
  element: HTMLElement;
  fading: ReturnType<typeof setTimeout> | undefined;
}

export class Pointers {
  readonly #layer: HTMLElement;
  readonly #marks = new Map<string, Mark>();
  /** Names of the others' viewers. */
  #names: ReadonlyMap<string, string> = new Map();

  constructor(root: ShadowRoot, layer: HTMLElement) {
    this.#layer = layer;
    const sheet = pointersStyle.styleSheet;
    if (sheet !== undefined && !root.adoptedStyleSheets.includes(sheet)) {
      root.adoptedStyleSheets.push(sheet);
    }
  }

  /** One's own tabs are left out, and those who have gone. */
  company({ viewers, me }: Company): void {
    const mine = viewers.find((viewer) => viewer.id === me)?.person;
    const others = viewers.filter((viewer) => viewer.person !== mine);
    this.#names = new Map(others.map(({ id, name }) => [id, name]));
    for (const viewer of this.#marks.keys()) if (!this.#names.has(viewer)) this.#remove(viewer);
  }

  show(pointers: readonly PointerInfo[], size: { width: number; height: number }): void {
    if (size.width === 0 || size.height === 0) return;
    for (const { viewer, x, y } of pointers) {
      const name = this.#names.get(viewer);
      if (name === undefined) continue;
      const mark = this.#marks.get(viewer) ?? this.#add(viewer, name);
      const { style } = mark.element;
      style.left = `${((x + 0.5) / size.width) * 100}%`;
      style.top = `${((y + 0.5) / size.height) * 100}%`;
      mark.element.toggleAttribute("data-left", x > size.width * 0.85);
      mark.element.toggleAttribute("data-up", y > size.height * 0.92);
      mark.element.removeAttribute("data-still");
      clearTimeout(mark.fading);
      mark.fading = setTimeout(() => mark.element.setAttribute("data-still", ""), FADE_MS);
    }
  }

  dispose(): void {
    for (const viewer of [...this.#marks.keys()]) this.#remove(viewer);
  }

  #add(viewer: string, name: string): Mark {
    const element = document.createElement("div");
    element.className = "pointer";
    element.style.setProperty("--_colour", colours.of(name));
    element.innerHTML =
      '<svg width="16" height="20" viewBox="0 0 16 20"><path d="M1 1v15l4-3.500 2.600 5.500 2.800-1.300L7.800 11H13z"/></svg>';
    const label = document.createElement("span");
    label.textContent = name;
    element.append(label);
    this.#layer.append(element);
    const mark: Mark = { element, fading: undefined };
    this.#marks.set(viewer, mark);
    return mark;
  }

  #remove(viewer: string): void {
    const mark = this.#marks.get(viewer);
    clearTimeout(mark?.fading);
    mark?.element.remove();
    this.#marks.delete(viewer);
  }
}
