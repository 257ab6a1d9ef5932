import { CHAMPION } from "../core/baseline.ts";
import { OFF_POLICY_TITLE, offPolicyBasis, offPolicyFigure } from "../core/off-policy-words.ts";
import type { Estimate, QaReport } from "../core/qa-report.ts";
import { type Html, html } from "./html.ts";
import { drawTable } from "./table.ts";

/** What the candidate would have earned, plainly as an estimate; nothing where the report has none. */
export function drawOffPolicy({ offPolicy }: QaReport): Html {
  if (!offPolicy) return html``;
  const { explanation, reward, subjects, lists } = offPolicy;
  return html`<section><h2>${OFF_POLICY_TITLE}</h2>
<p>${explanation}</p>
${
  lists > 0 &&
  html`<p class="quiet">${offPolicyBasis(offPolicy)}</p>
${drawTable(
  [
    { heading: `Estimated ${reward} per 1,000 items` },
    { heading: "Doubly robust", isNumber: true },
    { heading: "Self-normalised", isNumber: true },
    { heading: "Inverse propensity", isNumber: true },
  ],
  subjects.map((row) => [
    row.subject === CHAMPION ? "live now" : row.subject,
    range(row.doublyRobust),
    range(row.selfNormalised),
    range(row.inversePropensity),
  ]),
)}`
}</section>`;
}

function range(estimate: Estimate | null): Html | null {
  if (!estimate) return null;
  const { mean, low, high } = estimate;
  return html`${offPolicyFigure(mean)}<br><span class="quiet">${offPolicyFigure(low)} to ${offPolicyFigure(high)}</span>`;
}
