/** What the element says over the screen: one sentence and one thing to do. */
import type { Status } from "../transport/status";

export interface Notice {
  tone: "quiet" | "warn" | "end";
  sentence: string;
  /** `page`: the element itself can do nothing about it, the page around it may know a way. */
  action: "none" | "retry" | "reconnect" | "new" | "page";
  label: string;
}

export function noticeOf(status: Status, mayOpen: boolean): Notice | null {
  switch (status.state) {
    case "idle":
    case "live":
      return null;
    case "fetching-token":
    case "connecting":
      return { tone: "quiet", sentence: "Connecting…", action: "none", label: "" };
    case "opening":
      return { tone: "quiet", sentence: "Opening the terminal…", action: "none", label: "" };
    case "stalled":
      return {
        tone: "warn",
        sentence: "Connection slow, input paused. What you type is kept.",
        action: "reconnect",
        label: "Reconnect",
      };
    case "reconnecting":
      return {
        tone: "warn",
        sentence: `${status.because.sentence} Trying again…`,
        action: "retry",
        label: "Try now",
      };
    case "ended":
      return endNotice(status.ending.problem, status.ending.sentence, mayOpen);
    default:
      return status satisfies never;
  }
}

function endNotice(problem: string, sentence: string, mayOpen: boolean): Notice {
  switch (problem) {
    case "exited":
      return { tone: "end", sentence, action: mayOpen ? "new" : "page", label: "New shell" };
    case "machine-gone":
      return {
        tone: "end",
        sentence: `${sentence} This shell is lost.`,
        action: mayOpen ? "new" : "page",
        label: NEW,
      };
    case "session-unknown":
      return {
        tone: "end",
        sentence: `${sentence} It was closed, or its shell has ended.`,
        action: mayOpen ? "new" : "page",
        label: NEW,
      };
    case "too-many":
      return {
        tone: "end",
        sentence: "This build has as many terminals as it may have. Close one to open another.",
        action: "reconnect",
        label: AGAIN,
      };
    case "taken-over":
      return { tone: "end", sentence, action: "reconnect", label: "Use it here" };
    case "left":
    case "idle":
      return { tone: "end", sentence, action: "reconnect", label: "Come back" };
    case "access-ended":
    case "deadline":
    case "revoked":
    case "access-off":
    case "policy-refused":
    case "build-unknown":
    case "forbidden":
    case "origin-refused":
      return { tone: "end", sentence, action: "page", label: AGAIN };
    default:
      return { tone: "end", sentence, action: "reconnect", label: AGAIN };
  }
}

const NEW = "New terminal";
const AGAIN = "Try again";
