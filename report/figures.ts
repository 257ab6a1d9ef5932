import type { Estimate, QaReport, Slice } from "../core/qa-report.ts";
import { figureOrDash, sayNewlyLost, shareOrDash } from "../core/report-words.ts";
import { formatCount, formatShare, plural } from "../core/words.ts";
import { drawVerdict } from "./checks.ts";
import { type Html, html } from "./html.ts";
import { drawTable } from "./table.ts";

/** Slices, the worst first, as the report has them. */
export function drawSlices({ slices, k }: QaReport): Html {
  if (slices.length === 0) return html``;
  const rows = slices.map((slice) => [
    html`${slice.segment}: ${slice.slice}<br><span class="quiet">${slice.explanation}</span>`,
    drawVerdict(slice.verdict),
    range(slice.ndcg),
    range(slice.championNdcg),
    range(slice.change),
    people(slice),
    shareOrDash(slice.fullShelves),
    shareOrDash(slice.valueCoverage),
  ]);
  return html`<section><h2>Segments of people</h2>
<p class="quiet">NDCG@${k} on what was held out, with its 95 % interval, the worst first.</p>
${drawTable(
  [
    { heading: "Slice" },
    { heading: "Verdict" },
    { heading: `NDCG@${k}`, isNumber: true },
    { heading: "Live now", isNumber: true },
    { heading: "Change", isNumber: true },
    { heading: "People (judged)", isNumber: true },
    { heading: "Full shelves", isNumber: true },
    { heading: "Value shown", isNumber: true },
  ],
  rows,
)}</section>`;
}

function range(estimate: Estimate | null): Html | null {
  if (!estimate) return null;
  const { mean, low, high } = estimate;
  return html`${mean.toFixed(3)}<br><span class="quiet">${low.toFixed(3)} to ${high.toFixed(3)}</span>`;
}

function people({ people: all, judged }: Slice): string {
  return `${formatCount(all)} (${formatCount(judged)})`;
}

export function drawReach({ reach }: QaReport): Html {
  if (reach.length === 0) return html``;
  return html`<section><h2>Reach</h2>${drawTable(
    [
      { heading: "Whose lists" },
      { heading: "People with a full list", isNumber: true },
      { heading: "Items shown to somebody", isNumber: true },
      { heading: "Value shown to somebody", isNumber: true },
    ],
    reach.map((row) => [
      row.subject,
      shareOrDash(row.people),
      shareOrDash(row.items),
      shareOrDash(row.value),
    ]),
  )}</section>`;
}

/** Items that nobody is shown any more, by what they earn. */
export function drawUnreachable({ unreachable, valueLabel }: QaReport): Html {
  const { count, newlyLost, valueShare, items } = unreachable;
  if (count === 0)
    return html`<section><h2>Items that nobody is shown</h2><p>Every item of value is shown to somebody.</p></section>`;
  const share = valueShare === null ? "" : `, with ${formatShare(valueShare)} of all ${valueLabel}`;
  const first = items.length < count ? `The first ${items.length}, the dearest first:` : "";
  return html`<section><h2>Items that nobody is shown</h2>
<p>${plural(count, "item")} of value ${count === 1 ? "is" : "are"} shown to nobody${share}. ${sayNewlyLost(newlyLost)}${first}</p>
${drawTable(
  [
    { heading: "Item" },
    { heading: valueLabel, isNumber: true },
    { heading: "Share of all", isNumber: true },
    { heading: "People shown it by what is live", isNumber: true },
  ],
  items.map((item) => [
    html`${item.title} <span class="quiet mono">${item.itemId}</span>`,
    item.value.toLocaleString("en-US", { maximumFractionDigits: 2 }),
    formatShare(item.valueShare),
    item.championPeople === null ? null : formatCount(item.championPeople),
  ]),
)}</section>`;
}

export function drawBehaviour({ behaviour }: QaReport): Html {
  if (behaviour.length === 0) return html``;
  return html`<section><h2>Behaviour</h2>
<p class="quiet">Overlap and rank correlation (Kendall's tau-b) with the lists that are live; diversity: pairs of a list without a genre in common; novelty: how rare the shown items are.</p>
${drawTable(
  [
    { heading: "Whose lists" },
    { heading: "Overlap", isNumber: true },
    { heading: "Rank correlation", isNumber: true },
    { heading: "Diversity", isNumber: true },
    { heading: "Novelty, bits", isNumber: true },
    { heading: "Places of the top 10 %", isNumber: true },
  ],
  behaviour.map((row) => [
    row.subject,
    shareOrDash(row.overlap),
    figureOrDash(row.rankCorrelation),
    shareOrDash(row.diversity),
    row.novelty === null ? null : row.novelty.toFixed(2),
    shareOrDash(row.topDecileShare),
  ]),
)}</section>`;
}

export function drawMetrics({ metrics, k }: QaReport): Html {
  if (metrics.length === 0) return html``;
  return html`<section><h2>Figures of all candidates</h2>${drawTable(
    [
      { heading: "Candidate" },
      { heading: `NDCG@${k}`, isNumber: true },
      { heading: `Recall@${k}`, isNumber: true },
      { heading: `Coverage@${k}`, isNumber: true },
      { heading: "People judged", isNumber: true },
      { heading: "Size, MB", isNumber: true },
    ],
    metrics.map((row) => [
      row.subject,
      figureOrDash(row.ndcg),
      figureOrDash(row.recall),
      shareOrDash(row.coverage),
      formatCount(row.people),
      row.sizeBytes === null ? null : (row.sizeBytes / 1e6).toFixed(2),
    ]),
  )}</section>`;
}
