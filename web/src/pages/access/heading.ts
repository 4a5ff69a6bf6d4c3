/** Who and what this build is, in words. */
import { html, type TemplateResult } from "lit";
import type { BuildView } from "../../protocol/gen/BuildView";
import { logo } from "../../ui/icons";
import { buildName } from "../build";

type Tone = "ok" | "warn" | "danger" | "off";

export function renderHeading(view: BuildView): TemplateResult {
  const [tone, words] = pillOf(view);
  return html`<header class="masthead">
    ${logo}
    <div class="about">
      <h1>${buildName(view)}</h1>
      <p class="muted">${aboutLine(view)}</p>
    </div>
    <span class="pill" data-testid="access-state" data-state=${view.access.state}>
      <span class="dot" data-tone=${tone}></span>${words}
    </span>
    <p class="sr" role="status">${words}. ${view.access.sentence}</p>
  </header>`;
}

function aboutLine(view: BuildView): string {
  const { branch, commit, started_by } = view;
  const short = commit === null ? null : commit.slice(0, 7);
  const source = branch !== null && short !== null ? `${branch}@${short}` : (branch ?? short);
  const starter = started_by === null ? null : `started by ${started_by.name}`;
  return [platformName(view.platform), source, starter, progressWords(view)]
    .filter((part) => part !== null)
    .join(" · ");
}

function platformName(platform: BuildView["platform"]): string {
  switch (platform) {
    case "linux":
      return "Linux";
    case "macos":
      return "macOS";
    case "windows":
      return "Windows";
    default:
      return platform satisfies never;
  }
}

function progressWords({ state, outcome }: BuildView): string {
  switch (outcome) {
    case "succeeded":
      return "build succeeded";
    case "failed":
      return "build failed";
    case "cancelled":
      return "build cancelled";
    case "timed_out":
      return "build timed out";
    case null:
      return `build ${state}`;
    default:
      return outcome satisfies never;
  }
}

function pillOf({ access }: BuildView): [Tone, string] {
  switch (access.state) {
    case "off":
      return ["off", "Access off"];
    case "pending":
      return ["warn", "Waiting for the machine"];
    case "ready":
      return ["ok", "Machine ready"];
    case "grace":
      return ["warn", "Kept for a moment"];
    case "held":
      return ["ok", "Kept while somebody is here"];
    case "ended":
      return ["off", "Access ended"];
    case "failed":
      return ["danger", "Machine not reachable"];
    default:
      return access.state satisfies never;
  }
}
