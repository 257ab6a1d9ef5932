/** What the last look at an experiment found, for a person at a terminal. */
import type {
  ArmFinding,
  ExperimentLook,
  MetricFinding,
  Segments,
  WithoutFallback,
} from "../../core/experiment/look.ts";
import { formatP } from "../../core/experiment/metric-words.ts";
import {
  formatLost,
  sayNovelty,
  sayOutlook,
  saySampleRatio,
  segmentName,
} from "../../core/experiment/plain-words.ts";
import type { FrozenPlan } from "../../core/experiment-plan.ts";
import type { Experiment } from "../../core/experiments-api.ts";
import { formatCount } from "../../core/words.ts";
import { drawTable } from "./table.ts";
import { formatShare, formatTime } from "./words.ts";

const VERDICTS = { ship: "ship", stop: "stop", go_on: "go on", inconclusive: "inconclusive" } as const;

export function drawLook(
  { at, verdict, arm, reason, analysis }: ExperimentLook,
  { plan, endedAt }: Pick<Experiment, "plan" | "endedAt">,
  waitsFor: string | undefined,
): string {
  const { counts, sampleRatio, arms, outlook } = analysis;
  const shipped = arm === null ? "" : ` ${arm}`;
  return [
    `${endedAt === null ? "so far" : "at the end"}, ${formatTime(at)}: ${VERDICTS[verdict]}${shipped}: ${reason}`,
    ...(waitsFor !== undefined && endedAt === null ? [`waits: ${waitsFor}`] : []),
    "",
    drawTable(
      ["arm", "share", "units", "answers", "by the list", "lost on the way"],
      plan.arms.map(({ name, share }) => {
        const of = counts.find((one) => one.arm === name);
        const fallbacks = of && of.answers > 0 ? formatShare(of.fallbacks / of.answers) : "";
        return [
          name,
          formatShare(share),
          formatCount(of?.units ?? 0),
          formatCount(of?.answers ?? 0),
          fallbacks,
          formatLost(of?.given),
        ];
      }),
    ),
    saySampleRatio(sampleRatio),
    ...arms.flatMap((one) => ["", drawArm(one, plan)]),
    "",
    ...(outlook ? [sayOutlook(outlook, plan)] : []),
    ...(analysis.segments ? [drawSegments(analysis.segments, plan.alpha)] : []),
    "Intervals are right at every look. Those of one look alone are narrower, and hold only for the last.",
  ].join("\n");
}

function drawArm(
  { arm, verdict, metrics, guardrails, opposites, novelty }: ArmFinding,
  { control, primary }: FrozenPlan,
): string {
  const judged = (name: string) => guardrails.find((one) => one.name === name)?.verdict ?? "";
  return [
    `${arm} beside ${control}: ${VERDICTS[verdict]}`,
    drawTable(
      ["metric", "role", control, arm, "change", "between", "one look alone", "p, corrected", ""],
      metrics.map((of) => [
        ...[of.metric, of.role, number(of.control), number(of.treatment)],
        ...[
          of.lift ? signed(of.lift.estimate) : "",
          between(of.lift),
          between(of.fixedLift),
          formatP(of.correctedP),
          judged(of.metric),
        ],
      ]),
    ),
    ...metrics.flatMap(({ metric, unadjustedLift }) =>
      unadjustedLift ? [`${metric} with what people did before left in: ${between(unadjustedLift)}`] : [],
    ),
    ...metrics.flatMap(({ metric, withoutFallback }) =>
      withoutFallback ? [drawWithoutFallback(metric, withoutFallback, { arm, control })] : [],
    ),
    ...(novelty ? [sayNovelty(novelty, { arm, metric: primary.metric })] : []),
    ...opposites,
  ].join("\n");
}

/** Folded away here, too: how many stand out, and where all are. */
function drawSegments({ by, rows }: Segments, alpha: number): string {
  const apart = rows.filter(({ correctedP }) => correctedP !== undefined && correctedP < alpha);
  const named = apart.map(({ segment, metric, arm }) => `${segmentName(segment)}: ${metric} of ${arm}`);
  return `Exploratory, by ${by}: ${named.length} of ${rows.length} comparisons differ after correction${named.length > 0 ? ` (${named.join(", ")})` : ""}; all are in holt experiment report, and none decides.`;
}

function drawWithoutFallback(
  metric: string,
  { leftOut, lift }: WithoutFallback,
  { arm, control }: { arm: string; control: string },
): string {
  const whom = `${formatCount(leftOut.treatment)} of ${arm} and ${formatCount(leftOut.control)} of ${control}`;
  const change = lift ? `${signed(lift.estimate)}, ${between(lift)}` : "too few are left to tell";
  return `${metric} without ${whom} whom the popularity list answered in the arm's place: ${change} (decides nothing: failures chose them, not chance)`;
}

function between(lift: MetricFinding["lift"]): string {
  return lift ? `${signed(lift.low)} to ${signed(lift.high)}` : "";
}

function number(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(4)));
}

function signed(share: number): string {
  return `${share < 0 ? "" : "+"}${Number((share * 100).toFixed(1))} %`;
}
