/** What a page says when it has nothing else to show: what happened, and the one thing to do about it. */
import { html, nothing, type TemplateResult } from "lit";

export interface Notice {
  heading: string;
  sentence: string;
  /** More about the cause, as the server put it. */
  why?: string | null;
  action: { label: string; href: string } | { label: string; run: () => void } | null;
}

export function renderNotice({ heading, sentence, why, action }: Notice): TemplateResult {
  return html`<section class="card notice" aria-labelledby="notice">
    <h2 id="notice">${heading}</h2>
    <p role="status">${sentence}</p>
    ${why ? html`<p class="why">${why}</p>` : nothing}
    ${action === null ? nothing : renderAction(action)}
  </section>`;
}

function renderAction(action: NonNullable<Notice["action"]>): TemplateResult {
  return "href" in action
    ? html`<a class="button primary" href=${action.href}>${action.label}</a>`
    : html`<button type="button" class="primary" @click=${action.run}>${action.label}</button>`;
}

const HEADINGS: Readonly<Record<string, string>> = {
  "token-missing": "Open this build from your CI dashboard",
  "code-invalid": "This link opens nothing any more",
  "build-unknown": "There is no such build",
  "access-off": "Remote access is off",
  "access-ended": "Access has ended",
  deadline: "Access has ended",
  revoked: "Your access was taken back",
  "policy-refused": "Remote access is not allowed",
  forbidden: "This is not allowed",
  "session-unknown": "This terminal is gone",
  unreachable: "Transom cannot be reached",
};

const SENTENCES: Readonly<Record<string, string>> = {
  "token-missing": "This address alone lets nobody in; the dashboard has a button that does.",
};

/** The dashboard is where every way back begins, so it comes first where its address is known. */
export function noticeOfProblem(
  problem: string,
  sentence: string,
  dashboard: string | null,
  /** What ended by the clock, for a guest. */
  ended: string | null = null,
): Notice {
  // The link's own words name who made it: a guest has no way back by the dashboard.
  if (problem === "revoked" && (ended !== null || sentence.includes("link"))) {
    const words = ended ?? sentence;
    return {
      heading: words.replace(/\.$/, ""),
      sentence: "Ask whoever sent it to you for a new one.",
      action: null,
    };
  }
  return {
    heading: HEADINGS[problem] ?? "This did not work",
    sentence: SENTENCES[problem] ?? sentence,
    action:
      dashboard === null
        ? { label: "Try again", run: () => location.reload() }
        : { label: "Go to the build in the CI", href: dashboard },
  };
}

export function unreachable(tryNow: () => void): Notice {
  return {
    heading: "Transom cannot be reached",
    sentence: "This page keeps trying and goes on by itself.",
    action: { label: "Try now", run: tryNow },
  };
}
