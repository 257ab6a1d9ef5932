/** Parts of the people, folded away: they are for ideas, and decide nothing. */
import type { Segments } from "../core/experiment/look.ts";
import { formatChange, formatInterval, formatP } from "../core/experiment/metric-words.ts";
import { capital, saySegments, segmentedBy, segmentName } from "../core/experiment/plain-words.ts";
import { formatCount } from "../core/words.ts";
import { type Html, html } from "./html.ts";
import { drawTable } from "./table.ts";

export function drawSegments(segments: Segments | undefined): Html {
  if (!segments) return html``;
  return html`<section><h2>Exploratory: by ${segmentedBy(segments)}</h2>
<p class="quiet">${saySegments(segments)}</p>
<details><summary>The same comparison in each part of the people</summary>
${drawTable(
  [
    ...[{ heading: capital(segmentedBy(segments)) }, { heading: "Metric" }, { heading: "Arm" }],
    ...["People", "Change", "Somewhere between", "p, corrected"].map((heading) => ({
      heading,
      isNumber: true,
    })),
  ],
  segments.rows.map(({ segment, metric, arm, units, lift, correctedP }) => [
    ...[segmentName(segment), metric, arm, formatCount(units.control + units.treatment)],
    ...(lift ? [formatChange(lift.estimate), formatInterval(lift)] : ["–", "cannot tell"]),
    formatP(correctedP),
  ]),
)}</details></section>`;
}
