/** What a terminal says over its screen. */
import type { Status } from "../transport/status";
import { type Notice, noticeFor, type Words } from "../ui/notice";

const WORDS: Words = {
  opening: "Opening the terminal…",
  stalled: "Connection slow, input paused. What you type is kept.",
  lost: "This shell is lost.",
  unknown: "It was closed, or its shell has ended.",
  tooMany: "This build has as many terminals as it may have. Close one to open another.",
  again: "New shell",
  fresh: "New terminal",
};

export function noticeOf(status: Status, mayOpen: boolean): Notice | null {
  return noticeFor(status, mayOpen, WORDS);
}
