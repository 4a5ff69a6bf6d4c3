/** What changes of control mean to one of the viewers, in words. No DOM. */
import type { Company } from "./company";

export type Noun = "terminal" | "desktop";

/** `looks`: may not control at all. */
export type Standing = "controls" | "looks" | "may-take" | "may-ask" | "asked";

export function standingOf({ viewers, control, me }: Company): Standing {
  const mine = viewers.find((viewer) => viewer.id === me);
  if (mine === undefined || !mine.may_control) return "looks";
  if (mine.role === "controller") return "controls";
  if (control.may_take) return "may-take";
  const asks = (viewer: Company["viewers"][number]) =>
    viewer.person === mine.person && control.asking.includes(viewer.id);
  return viewers.some(asks) ? "asked" : "may-ask";
}

/** The others who ask, the first one first, where it is for this viewer to answer. */
export function askers(company: Company): { id: string; name: string }[] {
  if (standingOf(company) !== "controls" || company.control.mode === "shared") return [];
  return company.control.asking.flatMap((id) => {
    const viewer = company.viewers.find((v) => v.id === id);
    return viewer === undefined ? [] : [{ id, name: viewer.name }];
  });
}

export function whoControls({ control }: Company): string {
  return control.name === null ? "Nobody controls it" : `${control.name} controls it`;
}

/** What is worth saying aloud; empty where it is nothing. */
export function newsOf(before: Company | null, after: Company, noun: Noun): string {
  const now = standingOf(after);
  const was = before === null ? null : standingOf(before);
  const asked = askers(after).filter(
    ({ id }) => before === null || !before.control.asking.includes(id),
  );
  if (asked.length > 0) return asked.map(({ name }) => `${name} asks for control.`).join(" ");
  if (was === null || was === now) return "";
  if (now === "controls") return `You control this ${noun} now.`;
  if (now === "asked") return `Asked ${after.control.name ?? "whoever controls it"} for control.`;
  if (was === "controls") return `${whoControls(after)} now: your keys do not arrive any more.`;
  return "";
}

/** Said to somebody who types and does not control. */
export function hint(company: Company, noun: Noun): string {
  const standing = standingOf(company);
  const who = company.control.name ?? "Nobody";
  const lost =
    noun === "terminal" ? "your keys do not arrive" : "your keys and clicks do not arrive";
  if (standing === "looks") return `You may only look at this ${noun}: ${lost}.`;
  return `${who} controls this ${noun}: ${lost}.`;
}
