/** Requests about the viewers of a session. */
import type { BuildApi } from "../api/rest";

/** Hands control to whoever looks at the session as this viewer. */
export async function giveControl(api: BuildApi, session: string, viewer: string): Promise<void> {
  await api.request("PATCH", path(session, viewer), { body: { control: true } });
}

/** Sends whoever looks at the session as this viewer away from all of the build. */
export async function removeViewer(
  api: BuildApi,
  session: string,
  viewer: string,
  revokeLink: boolean,
): Promise<void> {
  const more = revokeLink ? "?revoke_link=true" : "";
  await api.request("DELETE", `${path(session, viewer)}${more}`);
}

function path(session: string, viewer: string): string {
  return `/api/v1/sessions/${encodeURIComponent(session)}/viewers/${encodeURIComponent(viewer)}`;
}
