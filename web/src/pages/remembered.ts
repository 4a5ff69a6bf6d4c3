/** What this tab remembers of a build, so that a refusal can still name it and point back to it. */
import type { BuildView } from "../protocol/gen/BuildView";
import { webAddress } from "../ui/address";
import { buildName } from "./build";

export function rememberBuild(view: BuildView): void {
  sessionStorage.setItem(`transom.name.${view.id}`, buildName(view));
  const until = view.invitation?.expires_at;
  if (until === undefined) sessionStorage.removeItem(`transom.until.${view.id}`);
  else sessionStorage.setItem(`transom.until.${view.id}`, until);
  const url = webAddress(view.dashboard_url ?? "");
  if (url !== null) sessionStorage.setItem(`transom.dashboard.${view.id}`, url);
}

export function nameOf(build: string): string | null {
  return sessionStorage.getItem(`transom.name.${build}`);
}

export function dashboardOf(build: string): string | null {
  return webAddress(sessionStorage.getItem(`transom.dashboard.${build}`) ?? "");
}
