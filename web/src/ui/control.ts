/** Who controls a session, as an element shows it: a line of words, and what can be done about it. */
import { html, nothing, type TemplateResult } from "lit";
import type { ControlInfo } from "../protocol/gen/ControlInfo";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";

export interface Company {
  viewers: readonly ViewerInfo[];
  control: ControlInfo;
  me: string;
}

export interface ControlActs {
  takeControl(): void;
  giveControl(viewer: string): void;
  refuseControl(viewer: string): void;
}

/** `refusal`: what somebody who asked was told. */
export function renderControl(
  { viewers, control, me }: Company,
  refusal: string,
  acts: ControlActs,
): TemplateResult {
  const mine = viewers.find((viewer) => viewer.id === me);
  if (mine === undefined) return html``;
  const asks = viewers.filter((viewer) => control.asking.includes(viewer.id));
  if (mine.role === "controller") {
    return html`${asks.map(
      (viewer) => html`<span class="chip" data-testid="asks">${viewer.name} asks for control.
        <button type="button" @click=${() => acts.giveControl(viewer.id)}>Let ${viewer.name} control</button>
        <button type="button" class="plain" @click=${() => acts.refuseControl(viewer.id)}>Not now</button></span>`,
    )}`;
  }
  const who = control.name === null ? "Nobody controls it." : `${control.name} controls it.`;
  const waits = asks.some((viewer) => viewer.person === mine.person);
  const label = control.may_take ? "Take control" : "Ask for control";
  const act = mine.may_control && control.mode === "one" && !waits;
  const testid = mine.may_control ? "theirs" : "watching";
  return html`<span class="chip" data-testid=${testid}>
    ${mine.may_control ? "You are looking" : "View only"}. ${refusal === "" ? who : refusal}
    ${waits ? "You have asked for control." : nothing}
    ${act ? html`<button type="button" @click=${() => acts.takeControl()}>${label}</button>` : nothing}
  </span>`;
}
