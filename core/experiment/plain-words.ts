/** What an experiment found, in sentences that need no statistics. For the page and the report. */
import type { FrozenPlan } from "../experiment-plan.ts";
import { formatCount, formatShare, plural } from "../words.ts";
import type { Effect } from "./compare.ts";
import type { ArmCounts, ArmFinding, ExperimentLook, MetricFinding, Novelty, Segments } from "./look.ts";
import { formatChange, formatInterval, formatP, formatPercent } from "./metric-words.ts";
import { pauseOf } from "./pause.ts";
import type { ExperimentReport } from "./report.ts";
import { sayMismatch } from "./verdict-words.ts";

export type Tone = "good" | "bad" | "warn" | "busy" | "quiet";

/** How it stands, in a few words, and whether that is good news. */
export function standing({ experiment, look, shippedArm }: Standing): { title: string; tone: Tone } {
  if (shippedArm !== null) return { title: `Ended: "${shippedArm}" went live`, tone: "good" };
  if (look?.analysis.sampleRatio.isMismatch)
    return {
      title: `Nothing can be read from it: ${sayMismatch(look.analysis.sampleRatio)}`,
      tone: "bad",
    };
  if (pauseOf(experiment))
    return { title: "Paused: the control answers everybody, and these days do not count", tone: "warn" };
  const isOver = experiment.endedAt !== null;
  if (isOver && experiment.endedBy !== null) return { title: "Ended by a person", tone: "quiet" };
  switch (look?.verdict) {
    case undefined:
      return { title: "Not looked at yet", tone: "quiet" };
    case "ship":
      return { title: `"${look?.arm}" is better, and every guardrail holds`, tone: "good" };
    case "stop":
      return { title: `${isOver ? "Stopped" : "To be stopped"}: what is live stays`, tone: "bad" };
    case "inconclusive":
      return { title: "Ended without an answer: what is live stays", tone: "warn" };
    case "go_on":
      return { title: "Goes on: it cannot be told yet", tone: "busy" };
  }
}
type Standing = Pick<ExperimentReport, "experiment" | "look" | "shippedArm">;

/** What is said of one metric of one arm. */
export function sayResult(
  { metric, lift }: Pick<MetricFinding, "metric" | "lift">,
  { arm, control }: { arm: string; control: string },
): string {
  if (!lift) return `Too little was seen so far to tell anything of ${metric}.`;
  const { low, high } = lift;
  const than = `with ${arm} than with ${control}`;
  if (low > 0)
    return `${metric} is surely higher ${than}: by ${formatPercent(low)} to ${formatPercent(high)}.`;
  if (high < 0)
    return `${metric} is surely lower ${than}: by ${formatPercent(-high)} to ${formatPercent(-low)}.`;
  return `${metric} may be the same: somewhere between ${formatPercent(-low)} lower and ${formatPercent(high)} higher ${than}.`;
}

/**
 * Both figures where the popularity list stood in for an arm's model, which of them decides, and why; empty where it did not, and
 * while neither can be told.
 */
export function sayFallback(
  { metric, lift, withoutFallback: apart }: MetricFinding,
  { arm, plan: { control, unit } }: { arm: string; plan: Pick<FrozenPlan, "control" | "unit"> },
): string {
  if (!apart || !lift) return "";
  const { leftOut } = apart;
  const whom = `${formatCount(leftOut.treatment)} ${UNIT_WORDS[unit]} in ${arm} and ${formatCount(leftOut.control)} in ${control}`;
  const without = apart.lift
    ? `${formatChange(apart.lift.estimate)} (${formatInterval(apart.lift)})`
    : "too little to tell";
  return `The popularity list stood in at least once for ${whom}. With them ${metric} changed by ${formatChange(lift.estimate)} (${formatInterval(lift)}), without them by ${without}. What decides is the figure with them, by intention to treat: chance chose who is in which arm, but failures chose for whom the list stood in, so the arms without them are not alike.`;
}

/** How that compares with the gain that the plan asks for. */
export function sayPromise(lift: Effect | undefined, { primary, metrics }: FrozenPlan): string {
  const isLess = metrics[primary.metric]?.better === "less";
  const least = formatPercent(primary.leastEffect);
  const asked = `Worth having is a ${isLess ? "fall" : "gain"} of ${least} or more`;
  if (!lift) return `${asked}.`;
  const [low, high] = isLess ? [-lift.high, -lift.low] : [lift.low, lift.high];
  if (low >= primary.leastEffect) return `${asked}: that is surely there.`;
  if (high < primary.leastEffect) return `${asked}: that is surely not there.`;
  return `${asked}: that is still possible.`;
}

/** The lift worth having, with its sign. */
export function promisedLift({ primary, metrics }: FrozenPlan): number {
  return metrics[primary.metric]?.better === "less" ? -primary.leastEffect : primary.leastEffect;
}

export const GUARDRAIL_WORDS = {
  pass: "Within what is accepted",
  fail: "Lost more than is accepted",
  inconclusive: "Cannot tell yet",
} as const satisfies Record<ArmFinding["guardrails"][number]["verdict"], string>;

/** Whether the arms hold their shares and lost alike, what that means, and where to look. */
export function saySampleRatio({
  isMismatch,
  causes,
  loss,
}: ExperimentLook["analysis"]["sampleRatio"]): string {
  if (!isMismatch) {
    const alike = loss ? ", and none surely lost more of its answers than another" : "";
    return `The arms hold the shares that the plan gave them${alike}, so they can be compared.`;
  }
  const likely =
    causes.length === 0 ? "No cause is known yet." : `Likely because ${causes.join(", and because ")}.`;
  return `${capital(sayMismatch({ isMismatch, loss }))}: some people were lost on the way, and nobody knows which. So no figure below can be trusted. ${likely}`;
}

/** What became of an arm that does harm while others go on. */
export function sayStopped({ arm, reason }: { arm: string; reason: string }): string {
  return `Arm ${arm} was ended for harm: ${reason}. Its people get what the control serves; what is told of it is as of then.`;
}

/** Whether what an arm does to the primary metric lasts, by days since people first met it. */
export function sayNovelty(
  { days, slope, verdict, p }: Novelty,
  { arm, metric }: { arm: string; metric: string },
): string {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return "";
  const from = `from ${formatChange(first.lift)} on day ${first.day + 1} to ${formatChange(last.lift)} on day ${last.day + last.days}`;
  const line = `${formatChange(slope)} a day along a straight line (p ${p < 0.0001 ? "" : "= "}${formatP(p)}, as if this were the only look)`;
  switch (verdict) {
    case "fades":
      return `The effect of ${arm} on ${metric} fades with the days since people first met it, ${from}: ${line}. So what is left of it later is less than what is told above; a longer time that counts (within), or a holdout, shows how much.`;
    case "grows":
      return `The effect of ${arm} on ${metric} grows with the days since people first met it, ${from}: ${line}. So what is told above may be less than what comes of it later.`;
    case "none":
      return `The effect of ${arm} on ${metric} neither surely fades nor surely grows with the days since people first met it, ${from}.`;
  }
}

/** What parts the people, within a sentence. */
export function segmentedBy({ by }: Pick<Segments, "by">): string {
  return by === "returning" ? "new and returning people" : by;
}

/** How segments are to be read, before anybody reads one. */
export function saySegments({ by, rows, tooSmall }: Segments): string {
  const few =
    tooSmall === 0
      ? ""
      : ` ${plural(tooSmall, "segment has", "segments have")} too few people in some arm to be told.`;
  const told =
    by === "returning"
      ? "by whether each was shown anything in the four weeks before their first list here"
      : `by ${by}, of the first list that each was shown`;
  return `Exploratory: ${told}. Nobody planned these ${plural(rows.length, "comparison")}, and the more one looks through, the more look remarkable by chance: p-values are corrected for that (Benjamini and Hochberg), intervals are not. They decide nothing; what looks true is to be planned as an experiment of its own.${few}`;
}

/** A segment as people read it. */
export function segmentName(segment: string): string {
  return segment === "" ? "not known" : segment;
}

/** Of the answers that servers counted in an arm, the share of which no exposure came; a dash where nobody counted. */
export function formatLost(given: ArmCounts["given"]): string {
  if (!given || given.answers === 0) return "–";
  return formatPercent((given.answers - given.recorded) / given.answers);
}

/** What the rest of the plan can find, at today's pace. */
export function sayOutlook(
  { units, unitsByEnd, power, detectable }: NonNullable<ExperimentLook["analysis"]["outlook"]>,
  { primary, metrics, unit, power: planned }: FrozenPlan,
): string {
  const isLess = metrics[primary.metric]?.better === "less";
  const change = isLess ? "fall" : "gain";
  const by = `${formatCount(units)} ${UNIT_WORDS[unit]} count now, and if they come as lately, ${formatCount(unitsByEnd)} will by the end.`;
  return `${by} If the ${change} of ${formatPercent(primary.leastEffect)} is there, the chance to find it is ${formatShare(power)} (planned: ${formatShare(planned)}); the smallest ${change} found as surely as planned is ${formatPercent(detectable)}.`;
}

export const UNIT_WORDS = { person: "people", household: "households", session: "sessions" } as const;

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
