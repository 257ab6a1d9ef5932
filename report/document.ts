/** A QA report as one HTML file: to be mailed, printed and kept. Nothing in it is fetched, nothing in it runs. */
import { createHash } from "node:crypto";
import type { QaReport } from "../core/qa-report.ts";
import { VERDICT_WORDS } from "../core/report-words.ts";
import { formatCount } from "../core/words.ts";
import { drawChecks, drawToLookAt, drawVerdict } from "./checks.ts";
import { drawBehaviour, drawMetrics, drawReach, drawSlices, drawUnreachable } from "./figures.ts";
import { Html, html } from "./html.ts";
import { drawPreviews, drawRules } from "./previews.ts";
import { STYLE } from "./style.ts";

export interface ReportDocument {
  runId: string;
  releaseDigest: string;
  reportDigest: string;
  /** Why this candidate was chosen, in one sentence. */
  choice: string;
  report: QaReport;
}

/** What a browser lets the document do: be drawn in its own style, known by its hash. */
export const DOCUMENT_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The file. Equal reports give equal bytes. */
export function drawDocument(document: ReportDocument): string {
  const { report } = document;
  const name = `${report.model}: ${report.candidate}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${DOCUMENT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${name} ${VERDICT_WORDS[report.verdict]} · QA report</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<p class="quiet">QA report of Holt</p>
<h1>${name} ${drawVerdict(report.verdict)}</h1>
<p class="headline">${report.headline}</p>
${drawFacts(document)}
${drawToLookAt(report)}
${drawChecks(report)}
${drawSlices(report)}
${drawReach(report)}
${drawUnreachable(report)}
${drawBehaviour(report)}
${drawMetrics(report)}
${drawRules(report)}
${drawPreviews(report)}
</main>
</body>
</html>
`.markup;
}

function drawFacts({ runId, releaseDigest, reportDigest, choice, report }: ReportDocument): Html {
  const facts: [string, string | Html][] = [
    ["Chosen because", choice === "" ? "–" : choice],
    ["Live now", report.championVersion === null ? "nothing" : `version ${report.championVersion}`],
    [
      "Looked at",
      `${formatCount(report.people)} people, ${formatCount(report.items)} items, lists of ${report.k}`,
    ],
    ["Run", html`<span class="mono">${runId}</span>`],
    ["Release", html`<span class="mono">${releaseDigest}</span>`],
    ["Report", html`<span class="mono">${reportDigest}</span>`],
  ];
  return html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt> <dd>${value}</dd></div>\n`)}</dl>`;
}
