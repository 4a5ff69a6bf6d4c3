/** A question over the terminal: a native dialog with a button for each answer. */
import { html, nothing, render, type TemplateResult } from "lit";

export interface Question<Answer extends string> {
  title: string;
  body: TemplateResult;
  /** The first is what Enter gives; all are buttons, in this order. */
  answers: readonly { value: Answer; label: string }[];
  /** A box to tick besides the answers. */
  tick?: string;
}

/** `null`: neither; the dialog was cancelled. */
export async function ask<Answer extends string>(
  place: HTMLElement,
  { title, body, answers, tick }: Question<Answer>,
): Promise<{ answer: Answer; ticked: boolean } | null> {
  const holder = document.createElement("div");
  place.append(holder);
  render(
    html`<dialog aria-labelledby="question">
      <form method="dialog">
        <h2 id="question">${title}</h2>
        ${body}
        ${tick === undefined ? nothing : html`<label class="tick"><input type="checkbox" /> ${tick}</label>`}
        <div class="actions">
          ${answers.map(
            ({ value, label }, at) =>
              html`<button value=${value} class=${at === 0 ? "" : "plain"} ?autofocus=${at === 0}>${label}</button>`,
          )}
          <button value="" class="plain">Cancel</button>
        </div>
      </form>
    </dialog>`,
    holder,
  );
  const dialog = holder.querySelector("dialog");
  if (dialog === null) return null;
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve));
  dialog.showModal();
  await closed;
  const ticked = dialog.querySelector("input")?.checked ?? false;
  holder.remove();
  const chosen = answers.find(({ value }) => value === dialog.returnValue);
  return chosen === undefined ? null : { answer: chosen.value, ticked };
}
