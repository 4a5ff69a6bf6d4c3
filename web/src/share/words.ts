/** What share links say in plain words. No DOM; the time is an argument. */
import type { BuildView } from "../protocol/gen/BuildView";
import type { Capability } from "../protocol/gen/Capability";
import type { Shared } from "../protocol/gen/Shared";
import type { ShareOver } from "../protocol/gen/ShareOver";
import type { ShareRole } from "../protocol/gen/ShareRole";
import { clockTime } from "../ui/countdown";

/** A link that somebody is about to make. */
export interface Draft {
  what: Shared;
  role: ShareRole;
  /** When it ends, as far as the page can tell. */
  until: number;
  passcode: boolean;
  approval: boolean;
  maxUses: number | null;
  maxViewers: number | null;
}

const THINGS: Readonly<Record<Shared, string>> = {
  terminal: "the terminals of this machine",
  desktop: "the desktop of this machine",
  both: "this machine",
};

/** "Anyone with this link who knows the passcode can control this machine until 18:42." */
export function effect(draft: Draft, now: number): string {
  const { what, role, passcode, approval, maxUses, maxViewers } = draft;
  const who =
    maxUses === 1
      ? "The first person"
      : maxUses === null
        ? "Anyone"
        : `The first ${maxUses} people`;
  const knows = passcode ? ` and knows the passcode` : "";
  const holder =
    maxUses === null || maxUses === 1
      ? `who has this link${knows}`
      : `who have this link${passcode ? " and know the passcode" : ""}`;
  const opener = passcode || maxUses !== null ? `${who} ${holder}` : `${who} with this link`;
  const may = role === "control" ? `control ${THINGS[what]}` : `watch ${THINGS[what]}`;
  const once = approval ? ", once you let them in" : "";
  const most =
    maxViewers === null
      ? ""
      : maxViewers === 1
        ? " One at a time."
        : ` At most ${maxViewers} at a time.`;
  return `${opener} can ${may} until ${clockTime(new Date(draft.until).toISOString(), now)}${once}.${most}`;
}

export function whatWords(what: Shared): string {
  return { terminal: "Terminals", desktop: "Desktop", both: "Terminals and desktop" }[what];
}

export function roleWords(role: ShareRole): string {
  return role === "control" ? "can control" : "can watch";
}

/** "control the terminal", for an invitation. */
export function invitedTo(what: Shared, role: ShareRole): string {
  const thing = {
    terminal: "the terminal",
    desktop: "the desktop",
    both: "the terminal and the desktop",
  }[what];
  return `${role === "control" ? "control" : "watch"} ${thing}`;
}

export function overWords(over: ShareOver): string {
  switch (over) {
    case "revoked":
      return "revoked";
    case "expired":
      return "its time is over";
    case "ended":
      return "access was taken back";
    case "withdrawn":
      return "its maker may not share this any more";
    case "used_up":
      return "used up";
    default:
      return over satisfies never;
  }
}

/** What a revocation disconnects, as its button says it. */
export function revokeWords(people: number): string {
  if (people === 0) return "Revoke: nobody is in by it";
  return `Revoke: disconnects ${people === 1 ? "1 person" : `${people} people`}`;
}

/** Why the asking person cannot make such a link; null where they can. As the server decides it. */
export function shareObstacle(view: BuildView, what: Shared, role: ShareRole): string | null {
  const of = (capability: Capability) => view.permissions.find((p) => p.capability === capability);
  const has = (capability: Capability) => of(capability)?.allowed === true;
  const lacking = (capability: Capability) => of(capability)?.reason ?? "You may not share this.";
  if (role === "control" && !has("share.control")) return lacking("share.control");
  if (!has("share.view") && !has("share.control")) return lacking("share.view");
  for (const family of what === "both" ? (["terminal", "desktop"] as const) : [what]) {
    const control = `${family}.control` as const;
    if (role === "control" && !has(control)) return lacking(control);
    if (!has(`${family}.view`) && !has(control)) return lacking(`${family}.view`);
  }
  if (
    what === "desktop" &&
    !view.features.desktop.available &&
    view.features.desktop.reason !== null
  )
    return view.features.desktop.reason;
  return null;
}

/** The next time that a clock shows "18:42"; null where that is no time. */
export function nextTime(text: string, now: number): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
