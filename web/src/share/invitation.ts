/** What a landing page keeps, in this tab only, until its guest is in: a reload while they wait goes on with it. */
import type { LookView } from "../protocol/gen/LookView";
import { recall, remember } from "../ui/theme";

export interface Invitation {
  secret: string;
  look: LookView;
  /** Set once they have asked to come in. */
  asked?: { name: string; renewal: string };
}

const NAME = "transom.guest-name";

export function keep(share: string, invitation: Invitation): void {
  sessionStorage.setItem(key(share), JSON.stringify(invitation));
}

export function kept(share: string): Invitation | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(share)) ?? "null") as Invitation | null;
  } catch {
    return null;
  }
}

export function forget(share: string): void {
  sessionStorage.removeItem(key(share));
}

export function knownName(): string {
  return recall(NAME) ?? "";
}

export function rememberName(name: string): void {
  remember(NAME, name);
}

function key(share: string): string {
  return `transom.share.${share}`;
}
