/** Asks before a shell is ended. */
import { html, render } from "lit";

/** Resolves with the answer; closing the dialog in any other way means no. */
export function askToClose(name: string): Promise<boolean> {
  const holder = document.createElement("div");
  document.body.append(holder);
  render(
    html`<dialog aria-labelledby="close-title" aria-describedby="close-effect">
      <h2 id="close-title">Close this terminal?</h2>
      <p id="close-effect">The shell in “${name}” and everything that runs in it end.</p>
      <form method="dialog" class="actions">
        <button value="keep" autofocus>Keep it open</button>
        <button value="close" class="danger">Close terminal</button>
      </form>
    </dialog>`,
    holder,
  );
  const dialog = holder.querySelector("dialog");
  return new Promise((resolve) => {
    dialog?.addEventListener("close", () => {
      holder.remove();
      resolve(dialog.returnValue === "close");
    });
    dialog?.showModal();
  });
}
