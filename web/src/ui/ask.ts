/** Asks before something that cannot be taken back. */
import { html, render } from "lit";

export interface Question {
  heading: string;
  /** What happens after a yes. */
  effect: string;
  yes: string;
  no: string;
}

/** Resolves with the answer; closing the dialog in any other way means no. Focus goes back to where it was. */
export function ask({ heading, effect, yes, no }: Question): Promise<boolean> {
  const holder = document.createElement("div");
  document.body.append(holder);
  render(
    html`<dialog aria-labelledby="ask-heading" aria-describedby="ask-effect">
      <h2 id="ask-heading">${heading}</h2>
      <p id="ask-effect">${effect}</p>
      <form method="dialog" class="actions">
        <button value="no" autofocus>${no}</button>
        <button value="yes" class="danger">${yes}</button>
      </form>
    </dialog>`,
    holder,
  );
  const dialog = holder.querySelector("dialog");
  return new Promise((resolve) => {
    dialog?.addEventListener("close", () => {
      holder.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog?.showModal();
  });
}
