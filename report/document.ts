/** A QA report as one HTML file: to be mailed, printed and kept. */
import type { QaReport } from "../core/qa-report.ts";
import { VERDICT_WORDS } from "../core/report-words.ts";
import { formatCount } from "../core/words.ts";
import { drawChecks, drawToLookAt, drawVerdict } from "./checks.ts";
import { drawBehaviour, drawMetrics, drawReach, drawSlices, drawUnreachable } from "./figures.ts";
import { drawFacts, drawFile } from "./file.ts";
import { type Html, html } from "./html.ts";
import { drawOffPolicy } from "./off-policy.ts";
import { drawPreviews, drawRules } from "./previews.ts";

export interface ReportDocument {
  runId: string;
  releaseDigest: string;
  reportDigest: string;
  /** Why this candidate was chosen, in one sentence. */
  choice: string;
  report: QaReport;
}

/** The file. Equal reports give equal bytes. */
export function drawDocument(document: ReportDocument): string {
  const { report } = document;
  const name = `${report.model}: ${report.candidate}`;
  return drawFile({
    title: `${name} ${VERDICT_WORDS[report.verdict]} · QA report`,
    content: html`<p class="quiet">QA report of Holt</p>
<h1>${name} ${drawVerdict(report.verdict)}</h1>
<p class="headline">${report.headline}</p>
${drawAbout(document)}
${drawToLookAt(report)}
${drawChecks(report)}
${drawSlices(report)}
${drawReach(report)}
${drawUnreachable(report)}
${drawBehaviour(report)}
${drawMetrics(report)}
${drawOffPolicy(report)}
${drawRules(report)}
${drawPreviews(report)}`,
  });
}

function drawAbout({ runId, releaseDigest, reportDigest, choice, report }: ReportDocument): Html {
  return drawFacts([
    ["Chosen because", choice === "" ? "–" : choice],
    ["Live now", report.championVersion === null ? "nothing" : `version ${report.championVersion}`],
    [
      "Looked at",
      `${formatCount(report.people)} people, ${formatCount(report.items)} items, lists of ${report.k}`,
    ],
    ["Run", html`<span class="mono">${runId}</span>`],
    ["Release", html`<span class="mono">${releaseDigest}</span>`],
    ["Report", html`<span class="mono">${reportDigest}</span>`],
  ]);
}
