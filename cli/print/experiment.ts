/** An experiment and its plan, for a person at a terminal. */

import { describeMetric } from "../../core/experiment/metric-words.ts";
import { ownMeasures } from "../../core/experiment/own-measures.ts";
import { sayStopped } from "../../core/experiment/plain-words.ts";
import type { FrozenArm, FrozenPlan } from "../../core/experiment-plan.ts";
import type { Experiment, PlannedExperiment } from "../../core/experiments-api.ts";
import { drawForecast } from "./forecast.ts";
import { clean, cleanLines } from "./style.ts";
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
    ...one.stoppedArms.map((stopped) => `${formatTime(stopped.at)}: ${sayStopped(stopped)}`),
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
        describeMetric(metric, plan.currency),
        metric.better,
        role(name),
      ]),
    ),
    ...Object.entries(metrics).flatMap(([name, metric]) =>
      ownMeasures(metric).map(({ part, sql }) => `\nSQL of ${clean(name)}, ${part}:\n${cleanLines(sql)}`),
    ),
  ].join("\n");
}
