/** What the elements tell the page around them; every event crosses shadow roots. */
import type { Company } from "../presence/company";
import type { AccessNotice } from "../protocol/gen/AccessNotice";
import type { DesktopState } from "../protocol/gen/DesktopState";
import type { Role } from "../protocol/gen/Role";
import type { Progress } from "../terminal/progress";
import type { Choice } from "../terminal/tools";
import type { ConnectionState, Exit } from "../transport/status";

/** What a desktop's pictures cost in the last second. */
export interface Network {
  /** Pictures that were shown. */
  frames: number;
  /** Bytes of them. */
  bytes: number;
  /** From a picture's arrival to the screen, in milliseconds; the middle one. */
  drawMs: number;
  /** How long the newest picture has been on the screen, in milliseconds. */
  ageMs: number;
  /** What the pictures' pixels came as. */
  codecs: readonly string[];
}

export interface Events {
  "transom-state": { state: ConnectionState };
  "transom-connected": { session: string; viewer: string; role: Role };
  "transom-disconnected": { reason: string; sentence: string; code: number; final: boolean };
  "transom-session": { session: string };
  /** The keyboard was given back to the page. */
  "transom-release": Record<string, never>;
  "transom-title": { title: string };
  /** Something was printed; told at most twice a second. */
  "transom-activity": Record<string, never>;
  /** A program rang the bell; at most twice a second. */
  "transom-bell": Record<string, never>;
  "transom-progress": Progress;
  /** Somebody chose another size of text, or another option, from inside the terminal. */
  "transom-choice": Choice;
  "transom-exit": Exit;
  "transom-error": { problem: string; sentence: string; code: number };
  "transom-presence": Company & { driver: string | null };
  "transom-access": AccessNotice;
  /** The desktop's name, and what can be done with it. */
  "transom-desktop": DesktopState;
  /** Once a second while there is a picture. */
  "transom-network": Network;
  "transom-expiring": { seconds: number; minutes: number; ends_at: string | null };
}

export function announce<Name extends keyof Events>(
  element: EventTarget,
  name: Name,
  detail: Events[Name],
): void {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

type EventMap = { [Name in keyof Events]: CustomEvent<Events[Name]> };

declare global {
  interface HTMLElementEventMap extends EventMap {}
}
