/** Time left, in words, by the server's clock. */
import type { AccessView } from "../protocol/gen/AccessView";

export type Urgency = "calm" | "soon" | "now";

/** The server's clock as seen from here. */
export class ServerClock {
  #aheadMs = 0;

  set(now: string): void {
    const server = Date.parse(now);
    if (!Number.isNaN(server)) this.#aheadMs = server - Date.now();
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }
}

/** "37 min", "1 h 12 min", "95 s"; minutes are rounded up, so "1 min" is never the last second. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds <= 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

export function urgency(ms: number): Urgency {
  if (ms <= 120_000) return "now";
  return ms <= 600_000 ? "soon" : "calm";
}

/** What stands before a document's title while time is short. */
export function titlePrefix(ms: number): string {
  if (ms <= 0 || ms > 600_000) return "";
  return ms <= 60_000 ? "(1 min) " : `(${Math.ceil(ms / 60_000)} min) `;
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  hour: "numeric",
  minute: "2-digit",
});

/** "18:42", or "Tue 18:42" on another day. */
export function clockTime(at: string, now = Date.now()): string {
  const date = new Date(at);
  const sameDay = date.toDateString() === new Date(now).toDateString();
  return (sameDay ? clockFormat : dayFormat).format(date);
}

/** Why access ends, as the end of a line. Causes of a newer server are left out. */
export function causeWords(cause: AccessView["cause"] | string | null): string {
  switch (cause) {
    case "deadline":
      return "build’s time limit";
    case "grace":
      return "after the build, unless somebody connects";
    case "reattach":
      return "after the last one left, unless somebody comes back";
    case "cancelled":
      return "the build was cancelled";
    case "timed_out":
      return "the build timed out";
    case "ended_by_user":
      return "somebody ended it";
    case "machine_gone":
      return "the machine is gone";
    default:
      return "";
  }
}
