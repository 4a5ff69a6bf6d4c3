/** What every page says and asks about a build. */
import type { BuildView } from "../protocol/gen/BuildView";
import type { Capability } from "../protocol/gen/Capability";

export function buildName({ project, title, number }: BuildView): string {
  const name = project === title ? title : `${project} · ${title}`;
  return number === null ? name : `${name} #${number}`;
}

export function allows(view: BuildView, capability: Capability): boolean {
  return view.permissions.some((p) => p.capability === capability && p.allowed);
}

export function mayShare(view: BuildView): boolean {
  return allows(view, "share.view") || allows(view, "share.control");
}
