/** Who was in which arm, day by day, and what was planned. */
import type { ExperimentLook } from "../core/experiment/look.ts";
import { describeMetric, formatPercent } from "../core/experiment/metric-words.ts";
import { ownMeasures } from "../core/experiment/own-measures.ts";
import { capital, formatLost, saySampleRatio, UNIT_WORDS } from "../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../core/experiment/report.ts";
import type { FrozenArm } from "../core/experiment-plan.ts";
import { formatCount } from "../core/words.ts";
import { drawFacts } from "./file.ts";
import { type Html, html } from "./html.ts";
import { drawTable } from "./table.ts";

/** Whether the arms can be compared at all. */
export function drawArms({ experiment: { plan } }: ExperimentReport, { analysis }: ExperimentLook): Html {
  const { counts, sampleRatio } = analysis;
  const all = counts.reduce((sum, { units }) => sum + units, 0);
  const isCounted = counts.some(({ given }) => given);
  return html`<section><h2>Is the comparison fair?</h2>
<p>${saySampleRatio(sampleRatio)}</p>
${drawTable(
  [
    { heading: "Arm" },
    { heading: "Share planned", isNumber: true },
    { heading: "Share seen", isNumber: true },
    { heading: capital(UNIT_WORDS[plan.unit]), isNumber: true },
    { heading: "Answers", isNumber: true },
    { heading: "By the popularity list instead", isNumber: true },
    ...(isCounted ? [{ heading: "Lost on the way", isNumber: true }] : []),
  ],
  plan.arms.map(({ name, share }) => {
    const of = counts.find(({ arm }) => arm === name);
    return [
      name === plan.control ? `${name} (control)` : name,
      formatPercent(share),
      of && all > 0 ? formatPercent(of.units / all) : null,
      formatCount(of?.units ?? 0),
      formatCount(of?.answers ?? 0),
      of && of.answers > 0 ? formatPercent(of.fallbacks / of.answers) : null,
      ...(isCounted ? [formatLost(of?.given)] : []),
    ];
  }),
)}
${isCounted && html`<p class="quiet">Lost on the way: of the answers that servers counted as they gave them, those of which no exposure came.</p>`}</section>`;
}

/** What each arm got on each day. */
export function drawDays({ experiment: { plan }, days }: ExperimentReport): Html {
  if (days.length === 0) return html``;
  const dates = [...new Set(days.map(({ day }) => day))].sort();
  const columns = plan.arms.flatMap(({ name }) => [
    { heading: `${name}: new`, isNumber: true },
    { heading: `${name}: answers`, isNumber: true },
  ]);
  return html`<section><h2>Day by day</h2>${drawTable(
    [{ heading: "Day (UTC)" }, ...columns],
    dates.map((date) => [
      date,
      ...plan.arms.flatMap(({ name }) => {
        const of = days.find(({ day, arm }) => day === date && arm === name);
        return [formatCount(of?.newUnits ?? 0), formatCount(of?.answers ?? 0)];
      }),
    ]),
  )}</section>`;
}

/** What was fixed before it began. */
export function drawPlan({ experiment: { plan } }: ExperimentReport): Html {
  return html`<section><h2>The plan, fixed before it began</h2>
${drawFacts([
  ["Unit", plan.unit],
  ["Lasts", `${plan.days} days`],
  ["Least gain", `${formatPercent(plan.primary.leastEffect)} of ${plan.primary.metric}`],
  ["Chance to find it", formatPercent(plan.power)],
  ["False alarms", formatPercent(plan.alpha)],
  ["Last word", plan.confirm === "person" ? "a person" : "the plan, by itself"],
])}
${drawTable(
  [{ heading: "Arm" }, { heading: "Serves" }, { heading: "Share", isNumber: true }],
  plan.arms.map((arm) => [
    arm.name === plan.control ? `${arm.name} (control)` : arm.name,
    served(arm),
    formatPercent(arm.share),
  ]),
)}
${drawTable(
  [{ heading: "Metric" }, { heading: "What" }, { heading: "Better" }, { heading: "Role" }],
  Object.entries(plan.metrics).map(([name, metric]) => [
    name,
    html`${describeMetric(metric, plan.currency)}${ownMeasures(metric).map(({ part, sql }) => html`<br><span class="quiet mono">${part}: ${sql}</span>`)}`,
    metric.better,
    name === plan.primary.metric
      ? "decides"
      : Object.hasOwn(plan.guardrails, name)
        ? "guardrail"
        : "looked at",
  ]),
)}</section>`;
}

function served({ version, listOnly }: FrozenArm): string {
  const of = version === null ? "what is live" : `version ${version}`;
  return listOnly ? `popularity list of ${of}` : of;
}
