/** The whole page, where a terminal never opened and the build's own page says why better. */
import { html, type TemplateResult } from "lit";
import { logo } from "../../ui/icons";
import { invitationOf } from "../invited";
import { noticeOfProblem, renderNotice } from "../notice";
import { dashboardOf, nameOf } from "../remembered";

export function renderTrouble(build: string, problem: string, sentence: string): TemplateResult {
  const notice = noticeOfProblem(problem, sentence, dashboardOf(build), invitationOf(build));
  return html`<header class="masthead">${logo}<div class="about"><h1>${nameOf(build) ?? "Terminal"}</h1></div></header>
    <main class="wrap">${renderNotice(notice)}</main>`;
}
