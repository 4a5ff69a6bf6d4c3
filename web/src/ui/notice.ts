/** What an element says over its screen: one sentence and one thing to do. */
import { PROBLEMS } from "../protocol/gen/problems";
import type { Status } from "../transport/status";

export interface Notice {
  tone: "quiet" | "warn" | "end";
  sentence: string;
  /** `page`: the element itself can do nothing about it, the page around it may know a way. */
  action: "none" | "retry" | "reconnect" | "new" | "page";
  label: string;
}

/** What only one kind of element calls by its name. */
export interface Words {
  opening: string;
  stalled: string;
  /** Follows the sentence about a machine that is gone, and about a session that is unknown. */
  lost: string;
  unknown: string;
  tooMany: string;
  /** What opens another one, once it is over and once it is lost. */
  again: string;
  fresh: string;
}

export function noticeFor(status: Status, mayOpen: boolean, words: Words): Notice | null {
  switch (status.state) {
    case "idle":
    case "live":
      return null;
    case "fetching-token":
    case "connecting":
      return { tone: "quiet", sentence: "Connecting…", action: "none", label: "" };
    case "opening":
      return { tone: "quiet", sentence: words.opening, action: "none", label: "" };
    case "stalled":
      return {
        tone: "warn",
        sentence: words.stalled,
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
      return endNotice(status.ending.problem, status.ending.sentence, mayOpen, words);
    default:
      return status satisfies never;
  }
}

function endNotice(problem: string, sentence: string, mayOpen: boolean, words: Words): Notice {
  switch (problem) {
    case "exited":
      return { tone: "end", sentence, action: mayOpen ? "new" : "page", label: words.again };
    case "machine-gone":
      return {
        tone: "end",
        sentence: `${sentence} ${words.lost}`,
        action: mayOpen ? "new" : "page",
        label: words.fresh,
      };
    case "ended-by-admin":
      return {
        tone: "end",
        sentence,
        action: mayOpen ? "new" : "page",
        label: words.fresh,
      };
    case "session-unknown":
      return {
        tone: "end",
        sentence: `${sentence} ${words.unknown}`,
        action: mayOpen ? "new" : "page",
        label: words.fresh,
      };
    case "too-many":
      return {
        tone: "end",
        // The server says more where it is another limit.
        sentence: sentence === PROBLEMS["too-many"].sentence ? words.tooMany : sentence,
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
    case "removed":
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

const AGAIN = "Try again";
