/** An experiment and its plan, for a person at a terminal. */
import type { Metric } from "../../core/definition-experiment.ts";
import type { FrozenArm, FrozenPlan } from "../../core/experiment-plan.ts";
import type { Experiment, PlannedExperiment } from "../../core/experiments-api.ts";
import { drawForecast } from "./forecast.ts";
import { drawTable } from "./table.ts";
import { formatShare, formatTime } from "./words.ts";

/** `control: version 3` */
export function served({ name, version, listOnly }: FrozenArm): string {
  const of = version === null ? "what is live" : `version ${version}`;
  return `${name}: ${listOnly ? `popularity list of ${of}` : of}`;
}

export function drawPlan({ plan, digest, forecast }: PlannedExperiment): string {
  return [
    describePlan(plan),
    "",
    drawForecast(forecast, plan),
    "",
    `Nothing has begun. A start would freeze this plan, digest ${digest.slice(0, 12)}….`,
  ].join("\n");
}

export function drawExperiment(one: Experiment): string {
  const { slice, plan } = one;
  const end =
    one.endedAt === null
      ? `running: ${formatShare(slice.traffic)} of the ${UNITS[plan.unit]}, of at most ${formatShare(slice.reserved)}`
      : `ended ${formatTime(one.endedAt)} by ${one.endedBy}: ${one.endReason}`;
  return [
    `experiment ${one.id} of model ${one.model}, ${end}`,
    `started ${formatTime(one.startedAt)} by ${one.startedBy}: ${one.reason}`,
    ...one.pauses.map(describePause),
    ...(one.overrides > 0 ? [`by hand in an arm, and left out of the analysis: ${one.overrides}`] : []),
    "",
    describePlan(plan),
    "",
    `plan ${one.digest}; layer ${plan.layer}, from place ${slice.from}`,
  ].join("\n");
}

function describePause({ from, until, by, reason, resumedBy, resumeReason }: Experiment["pauses"][number]) {
  const begun = `paused ${formatTime(from)} by ${by}: ${reason}`;
  return until === null
    ? `${begun}; the control answers, nobody looks, these days do not count, and whose time they fall into is left out`
    : `${begun}; went on ${formatTime(until)} by ${resumedBy}: ${resumeReason}`;
}

const UNITS = { person: "people", household: "households", session: "sessions" } as const;

function describePlan(plan: FrozenPlan): string {
  const { primary, guardrails, metrics } = plan;
  const role = (name: string) => {
    if (name === primary.metric)
      return `decides; least gain worth having ${formatShare(primary.leastEffect)}`;
    const guard = Object.hasOwn(guardrails, name) ? guardrails[name] : undefined;
    return guard ? `guardrail; loss accepted ${formatShare(guard.maxLoss)}` : "to look at";
  };
  const kind = plan.aa ? "A/A test: " : plan.holdout ? "Holdout: " : "";
  return [
    `${kind}${plan.hypothesis}`,
    `${plan.days} days, by ${plan.unit}; power ${plan.power}, alpha ${plan.alpha}; ships if ${plan.decision.replace("_", " ")}, ${plan.confirm === "person" ? "and a person confirms" : "by itself"}`,
    "",
    drawTable(
      ["arm", "share", "serves"],
      plan.arms.map((arm) => [
        arm.name === plan.control ? `${arm.name} (control)` : arm.name,
        formatShare(arm.share),
        served(arm).slice(arm.name.length + 2),
      ]),
    ),
    "",
    drawTable(
      ["metric", "what", "better", "role"],
      Object.entries(metrics).map(([name, metric]) => [
        name,
        inWords(metric, plan.currency),
        metric.better,
        role(name),
      ]),
    ),
  ].join("\n");
}

function inWords(metric: Metric, currency: string | undefined): string {
  const named = (measure: string) =>
    measure === "spend" ? `spend in ${currency}` : measure === "latency" ? "ms of an answer" : measure;
  const within = `within ${metric.within}`;
  const capped = capOf(metric);
  if (metric.kind === "retention") return `shown something again after ${metric.after}, ${within} of that`;
  if (metric.kind === "proportion") return `share with ${metric.of} ${within}`;
  if (metric.kind === "quantile")
    return `${formatShare(metric.at)} quantile of ${named(metric.of)} ${within}`;
  if (metric.kind === "ratio") return `${named(metric.of)} per ${named(metric.per)} ${within}${capped}`;
  return `mean ${named(metric.of)} ${within}${capped}`;
}

function capOf(metric: Metric): string {
  if (metric.kind !== "mean" && metric.kind !== "ratio") return "";
  const { cap, winsorise } = metric;
  if (cap !== undefined) return `, at most ${cap} each`;
  if (!winsorise) return "";
  const whose = winsorise.of === "control" ? " of the control" : "";
  return `, at most the ${formatShare(winsorise.at)} quantile${whose} of those who have any`;
}
