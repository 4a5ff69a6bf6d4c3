/** What a desktop says over its picture. */
import type { Status } from "../transport/status";
import { type Notice, noticeFor, type Words } from "../ui/notice";

const WORDS: Words = {
  opening: "Opening the desktop…",
  stalled: "Connection slow. Keys and clicks do not arrive.",
  lost: "This desktop is lost.",
  unknown: "It was closed.",
  tooMany: "This build has as much open as it may have. Close something to open a desktop.",
  again: "Open it again",
  fresh: "Open it again",
};

export function noticeOf(status: Status, mayOpen: boolean): Notice | null {
  return noticeFor(status, mayOpen, WORDS);
}
