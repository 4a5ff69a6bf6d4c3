/** Rows of a menu in which something is chosen. */
import { html, type TemplateResult } from "lit";
import type { Theme } from "../ui/theme";

export const THEMES = ["auto", "light", "dark"] as const;

export const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: "Like the system",
  light: "Light",
  dark: "Dark",
};

export function select<T extends string>(
  id: string,
  label: string,
  choices: readonly T[],
  now: T,
  choose: (choice: T) => void,
  names: Readonly<Record<T, string>>,
): TemplateResult {
  const onChange = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    const choice = choices.find((c) => c === value);
    if (choice !== undefined) choose(choice);
  };
  return html`<label for=${id}>${label}</label>
    <select id=${id} .value=${now} @change=${onChange}>
      ${choices.map((c) => html`<option value=${c} ?selected=${c === now}>${names[c]}</option>`)}
    </select>`;
}

export function tick(id: string, label: string, on: boolean, choose: (on: boolean) => void) {
  return html`<label for=${id}>${label}</label>
    <input id=${id} type="checkbox" .checked=${on}
      @change=${(e: Event) => choose((e.target as HTMLInputElement).checked)} />`;
}
