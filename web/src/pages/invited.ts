/** What a guest is told whose link has ended. */
import { clockTime } from "../ui/countdown";

/** What to say of a guest's link that has ended by the clock; null where it has not, or they are no guest. */
export function invitationOf(build: string): string | null {
  const until = sessionStorage.getItem(`transom.until.${build}`);
  if (until === null || Date.parse(until) > Date.now()) return null;
  return `The link ended at ${clockTime(until)}.`;
}
