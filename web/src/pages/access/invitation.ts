/** What a guest was invited to, and until when. */
import { html, type TemplateResult } from "lit";
import type { InvitationView } from "../../protocol/gen/InvitationView";
import { invitedTo } from "../../share/words";
import { clockTime } from "../../ui/countdown";

export function renderInvitation(invitation: InvitationView, now: number): TemplateResult {
  const { by, what, role, expires_at, label } = invitation;
  const name = label === "" ? "" : ` (${label})`;
  return html`<p data-testid="invitation">${by.name} invited you to ${invitedTo(what, role)} until ${clockTime(expires_at, now)}${name}.</p>`;
}
