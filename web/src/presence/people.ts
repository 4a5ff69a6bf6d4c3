/** The people behind the viewers of a session, and what one of them may do about another. No DOM. */
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import type { Company } from "./company";

export interface Somebody {
  /** As in [`ViewerInfo::person`]. */
  person: number;
  name: string;
  you: boolean;
  guest: boolean;
  controls: boolean;
  mayControl: boolean;
  asks: boolean;
  removable: boolean;
  /** When the first of their tabs came. */
  since: string;
  /** In how many tabs they look. */
  tabs: number;
  /** The viewer that stands for them: the one that asks, or the newest one. */
  viewer: string;
}

export type Deed = "give" | "take" | "ask" | "refuse" | "remove";

export interface Act {
  deed: Deed;
  label: string;
}

/** Who controls comes first, the others in the order in which they came. */
export function peopleOf(company: Company): Somebody[] {
  const byPerson = new Map<number, ViewerInfo[]>();
  for (const viewer of company.viewers) {
    byPerson.set(viewer.person, [...(byPerson.get(viewer.person) ?? []), viewer]);
  }
  const mine = company.viewers.find((viewer) => viewer.id === company.me)?.person;
  const people = [...byPerson.values()].flatMap((viewers) => somebody(viewers, company, mine));
  return people.sort(
    (a, b) =>
      Number(b.controls) - Number(a.controls) ||
      a.since.localeCompare(b.since) ||
      a.person - b.person,
  );
}

function somebody(
  viewers: ViewerInfo[],
  { control }: Company,
  mine: number | undefined,
): Somebody[] {
  const sorted = viewers.toSorted((a, b) => a.since.localeCompare(b.since));
  const [first, newest] = [sorted[0], sorted.at(-1)];
  if (first === undefined || newest === undefined) return [];
  const asks = sorted.find((viewer) => control.asking.includes(viewer.id));
  return [
    {
      person: first.person,
      name: first.name,
      you: first.person === mine,
      guest: first.guest,
      controls: sorted.some((viewer) => viewer.role === "controller"),
      mayControl: sorted.some((viewer) => viewer.may_control),
      asks: asks !== undefined,
      removable: sorted.some((viewer) => viewer.removable),
      since: first.since,
      tabs: sorted.length,
      viewer: (asks ?? sorted.findLast((viewer) => viewer.may_control) ?? newest).id,
    },
  ];
}

/** What whoever looks at the page may do about `other`, who may be themselves. */
export function actsOn(other: Somebody, company: Company): Act[] {
  const me = company.viewers.find((viewer) => viewer.id === company.me);
  if (me === undefined) return [];
  const acts: Act[] = [];
  const { mode, may_take: mayTake } = company.control;
  const one = mode === "one";
  const waits = one && other.mayControl && !other.controls;
  if (other.you) {
    if (waits && mayTake) acts.push({ deed: "take", label: "Take control" });
    else if (waits && !other.asks) acts.push({ deed: "ask", label: "Ask for control" });
    return acts;
  }
  const controls = me.role === "controller";
  if (waits && (controls || mayTake)) acts.push({ deed: "give", label: "Give control" });
  if (one && controls && other.asks) acts.push({ deed: "refuse", label: "Not now" });
  if (other.removable) acts.push({ deed: "remove", label: "Remove…" });
  return acts;
}

/** What somebody does here, in a word or two. */
export function standing(somebody: Somebody): string {
  if (somebody.controls) return "controls";
  if (somebody.asks) return "asks for control";
  return somebody.mayControl ? "looks on" : "may only look";
}

/** For the bar: who controls, where more than one person is here. */
export function summary(people: readonly Somebody[], mode: Company["control"]["mode"]): string {
  if (people.length < 2) return "";
  if (mode === "shared") return "Shared control";
  const holder = people.find((somebody) => somebody.controls);
  if (holder === undefined) return "";
  return holder.you ? "You control" : `${shortName(holder)} controls`;
}

/** The name without the mark that guests have, where it is shown in another way. */
export function shortName({ name, guest }: Pick<Somebody, "name" | "guest">): string {
  return guest ? name.replace(/ \(guest\)$/, "") : name;
}
