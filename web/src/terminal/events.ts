/** What `<transom-terminal>` tells the page around it; every event crosses shadow roots. */
import type { AccessNotice } from "../protocol/gen/AccessNotice";
import type { Role } from "../protocol/gen/Role";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import type { ConnectionState, Exit } from "../transport/status";
import type { Progress } from "./progress";
import type { Choice } from "./tools";

export interface TerminalEvents {
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
  "transom-presence": { viewers: readonly ViewerInfo[]; driver: string | null; me: string };
  "transom-access": AccessNotice;
  "transom-expiring": { seconds: number; minutes: number; ends_at: string | null };
}

export function announce<Name extends keyof TerminalEvents>(
  element: EventTarget,
  name: Name,
  detail: TerminalEvents[Name],
): void {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

type TerminalEventMap = { [Name in keyof TerminalEvents]: CustomEvent<TerminalEvents[Name]> };

declare global {
  interface HTMLElementEventMap extends TerminalEventMap {}
}
