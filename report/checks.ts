import { CHECK_GROUPS, type Check, type QaReport, type Verdict } from "../core/qa-report.ts";
import { formatFigure, GROUP_TITLES, toLookAt, VERDICT_WORDS } from "../core/report-words.ts";
import { formatCount } from "../core/words.ts";
import { type Html, html } from "./html.ts";
import { drawTable } from "./table.ts";

export function drawVerdict(verdict: Verdict): Html {
  return html`<span class="verdict ${verdict}">${VERDICT_WORDS[verdict]}</span>`;
}

/** What didn't pass, the worst first, with its worst examples; or that nothing is left to look at. */
export function drawToLookAt(report: QaReport): Html {
  const checks = toLookAt(report);
  const told =
    checks.length === 0
      ? html`<p>Every check passed. Look at the shelves below: a check knows only what it was asked.</p>`
      : html`<ul class="look">${checks.map(drawFinding)}</ul>`;
  return html`<section><h2>What to look at</h2>${told}</section>`;
}

function drawFinding(check: Check): Html {
  const { verdict, severity, title, explanation, owner, examples } = check;
  return html`<li class="is-${verdict}">
<strong>${title}</strong> ${drawVerdict(verdict)} <span class="quiet">${severity === "error" ? "must hold" : "to weigh"}${owner !== null && html` · ask ${owner}`}</span>
<p>${explanation}</p>
${examples.length > 0 && html`<ul class="examples">${examples.map((example) => html`<li>${example}</li>`)}</ul>`}
</li>`;
}

/** Every check in the order of the report's parts. */
export function drawChecks({ checks }: QaReport): Html {
  return html`<section><h2>All checks</h2>${CHECK_GROUPS.map((group) => {
    const own = checks.filter((check) => check.group === group);
    return own.length > 0 && html`<h3>${GROUP_TITLES[group]}</h3>${drawGroup(own)}`;
  })}</section>`;
}

function drawGroup(checks: readonly Check[]): Html {
  return drawTable(
    [
      { heading: "Check" },
      { heading: "Verdict" },
      { heading: "Found", isNumber: true },
      { heading: "Asked for", isNumber: true },
      { heading: "Live now", isNumber: true },
      { heading: "Told from", isNumber: true },
      { heading: "If it fails" },
    ],
    checks.map((check) => [
      html`${check.title}<br><span class="quiet">${check.explanation}</span>`,
      drawVerdict(check.verdict),
      formatFigure(check.value, check.unit),
      formatFigure(check.threshold, check.unit),
      formatFigure(check.championValue, check.unit),
      formatCount(check.sampleSize),
      check.severity === "error" ? "it must not go live" : "to weigh",
    ]),
  );
}
