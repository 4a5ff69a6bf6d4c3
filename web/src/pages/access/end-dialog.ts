/** Asks before access is ended, and says what that does. */
import { html, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import { running } from "./people";

export interface EndDialog {
  busy: boolean;
  failure: string;
  confirm: () => void;
}

export function renderEndDialog(
  view: BuildView,
  { busy, failure, confirm }: EndDialog,
): TemplateResult {
  const people = new Set(view.viewers.map((v) => v.name)).size;
  const title = people > 1 ? `End access for ${people} people?` : "End access?";
  return html`<dialog id="end" aria-labelledby="end-title" aria-describedby="end-effect">
    <h2 id="end-title">${title}</h2>
    <p id="end-effect">${effect(view)}</p>
    <p role="alert">${failure}</p>
    <form method="dialog" class="actions">
      <button value="keep" autofocus>Keep access</button>
      <button type="button" class="danger" ?disabled=${busy} @click=${confirm}>End access</button>
    </form>
  </dialog>`;
}

function effect(view: BuildView): string {
  const open = running(view);
  const terminals = open.filter((s) => s.family === "terminal").length;
  const parts = [
    ...(terminals === 0
      ? []
      : [terminals === 1 ? "the running terminal" : `all ${terminals} running terminals`]),
    ...(open.length > terminals ? ["the desktop"] : []),
  ];
  const what = parts.join(" and ");
  const closes =
    what === ""
      ? "Nobody can enter this machine any more."
      : `${what.charAt(0).toUpperCase()}${what.slice(1)} ${open.length === 1 ? "is" : "are"} closed at once, and nobody can enter this machine any more.`;
  return `${closes} Access cannot be turned on again for this build.`;
}
