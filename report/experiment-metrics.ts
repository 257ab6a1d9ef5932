/** What was measured: the metric that decides with its intervals over the days, and all others beside it. */
import type { ExperimentLook, MetricFinding, Novelty } from "../core/experiment/look.ts";
import {
  describeMetric,
  formatChange,
  formatInterval,
  formatPercent,
  formatValue,
} from "../core/experiment/metric-words.ts";
import {
  GUARDRAIL_WORDS,
  promisedLift,
  sayFallback,
  sayNovelty,
  sayOutlook,
  sayPromise,
  sayResult,
} from "../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../core/experiment/report.ts";
import { type Html, html } from "./html.ts";
import { drawIntervalPlot } from "./interval-plot.ts";
import { drawTable } from "./table.ts";

const CANNOT_TELL = "cannot tell yet";

/** What decides, arm by arm. */
export function drawPrimary({ experiment: { plan }, course }: ExperimentReport, look: ExperimentLook): Html {
  const name = plan.primary.metric;
  const metric = plan.metrics[name];
  const promised = promisedLift(plan);
  return html`<section><h2>What decides: ${name}</h2>
<p class="quiet">${metric && describeMetric(metric, plan.currency)}; ${metric?.better ?? "more"} is better. Intervals are right at every look, however often one looks.</p>
${look.analysis.arms.map(({ arm, metrics, novelty }) => {
  const found = metrics.find(({ role }) => role === "primary");
  if (!found || !metric) return null;
  const points = course.flatMap(({ day, lifts }) => (lifts[arm] ? [{ day, ...lifts[arm] }] : []));
  return html`<h3>${arm} beside ${plan.control}</h3>
<p>${sayResult(found, { arm, control: plan.control })} ${sayPromise(found.lift, plan)}</p>
${drawTable(
  [
    { heading: "Arm" },
    { heading: name, isNumber: true },
    { heading: "Change", isNumber: true },
    { heading: "Right at every look", isNumber: true },
    { heading: "If this were the only look", isNumber: true },
  ],
  [
    [plan.control, formatValue(found.control, metric, plan.currency), null, null, null],
    [arm, formatValue(found.treatment, metric, plan.currency), ...changes(found)],
  ],
)}
${found.withoutFallback && html`<p>${sayFallback(found, { arm, plan })}</p>`}
${drawIntervalPlot(points, { promised, days: plan.days, label: `Intervals of ${name} with ${arm} over the days` })}
${points.length > 0 && html`<p class="quiet">Change of ${name} after each day. The line across is no change, the dashed one what the plan asks for (${formatChange(promised)}); an interval that is dashed goes on beyond the picture.</p>`}
${novelty && drawNovelty(novelty, { arm, metric: name })}`;
})}
${look.analysis.outlook && html`<p>${sayOutlook(look.analysis.outlook, plan)}</p>`}</section>`;
}

function drawNovelty(novelty: Novelty, of: { arm: string; metric: string }): Html {
  const columns = [
    { heading: "Day since the first list" },
    { heading: "Change", isNumber: true },
    { heading: "Standard error", isNumber: true },
  ];
  const rows = novelty.days.map(({ day, days, lift, error }) => [
    days === 1 ? String(day + 1) : `${day + 1} to ${day + days}`,
    formatChange(lift),
    formatPercent(error),
  ]);
  return html`<p>${sayNovelty(novelty, of)}</p>
<details><summary>By days since people first met it</summary>${drawTable(columns, rows)}</details>`;
}

function changes({ lift, fixedLift }: MetricFinding): (string | null)[] {
  return [
    lift ? formatChange(lift.estimate) : null,
    lift ? formatInterval(lift) : CANNOT_TELL,
    fixedLift ? formatInterval(fixedLift) : null,
  ];
}

/** Guardrails with their verdicts, or the metrics that decide nothing; nothing where the plan has none. */
export function drawMetricTable(
  { experiment: { plan } }: ExperimentReport,
  look: ExperimentLook,
  role: "guardrail" | "other",
): Html {
  const rows = look.analysis.arms.flatMap((arm) =>
    arm.metrics.filter((metric) => metric.role === role).map((found) => ({ arm, found })),
  );
  if (rows.length === 0) return html``;
  const isGuardrail = role === "guardrail";
  const isMany = plan.arms.length > 2;
  return html`<section><h2>${isGuardrail ? "Guardrails" : "Looked at, too"}</h2>
<p class="quiet">${isGuardrail ? "What must not get worse by more than the plan accepts, whatever is won elsewhere." : "These decide nothing."}</p>
${drawTable(
  [
    { heading: "Metric" },
    ...(isMany ? [{ heading: "Arm" }] : []),
    ...(isGuardrail ? [{ heading: "Verdict" }] : []),
    { heading: plan.control, isNumber: true },
    { heading: isMany ? "The arm" : String(plan.arms[1]?.name), isNumber: true },
    { heading: "Change", isNumber: true },
    { heading: "Somewhere between", isNumber: true },
    ...(isGuardrail ? [{ heading: "Loss accepted", isNumber: true }] : []),
  ],
  rows.flatMap(({ arm, found }) => {
    const metric = plan.metrics[found.metric];
    if (!metric) return [];
    const verdict = arm.guardrails.find(({ name }) => name === found.metric)?.verdict ?? "inconclusive";
    const [change = null, between = null] = changes(found);
    return [
      [
        html`${found.metric}<br><span class="quiet">${describeMetric(metric, plan.currency)}, ${metric.better} is better</span>`,
        ...(isMany ? [arm.arm] : []),
        ...(isGuardrail ? [html`<span class="verdict ${verdict}">${GUARDRAIL_WORDS[verdict]}</span>`] : []),
        formatValue(found.control, metric, plan.currency),
        formatValue(found.treatment, metric, plan.currency),
        change,
        between,
        ...(isGuardrail ? [formatPercent(plan.guardrails[found.metric]?.maxLoss ?? 0)] : []),
      ],
    ];
  }),
)}</section>`;
}
