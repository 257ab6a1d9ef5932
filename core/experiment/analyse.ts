/** One look at an experiment: what each arm's metrics say beside the control's, and what follows from that. */
import type { FrozenPlan } from "../experiment-plan.ts";
import { armBalance } from "./arm-balance.ts";
import type { Confidence } from "./compare.ts";
import { compareMetric, type Sums } from "./compare-metric.ts";
import { withCorrectedP } from "./corrected.ts";
import type { AnsweredBy } from "./day-sums.ts";
import { levels } from "./levels.ts";
import type { Analysis, ArmCounts, ArmFinding, MetricFinding } from "./look.ts";
import { noveltyOfArm } from "./novelty-of-arm.ts";
import { outlook } from "./outlook.ts";
import { compareSegments } from "./segments.ts";
import type { StoppedArm } from "./stopped-arms.ts";
import { judge, type Verdict } from "./verdict.ts";
import type { MetricResult } from "./verdict-words.ts";
import { withoutFallback } from "./without-fallback.ts";

/** Days after which an arm may be shipped: a week has all its days, and each is different. */
const LEAST_DAYS = 7;

/** One metric of one arm, of the units whose first exposure was on one day. */
export interface DaySums {
  metric: string;
  arm: string;
  answeredBy: AnsweredBy;
  /** Where the plan parts the people; left out or empty where nobody knows. */
  segment?: string;
  sums: Sums;
}

export interface Course {
  /** Since the start, in days. */
  elapsedDays: number;
  /** Units of all arms at which the intervals are narrowest; undefined before it is known, and then nothing is told. */
  plannedUnits: number | undefined;
  /** A mismatch was found at an earlier look; it stays. */
  wasMismatch: boolean;
  /** Units of all arms by day from the first on, whether their time is over or not. */
  newUnits?: readonly number[];
  /** Arms that were ended for harm: nothing of them is looked at again. */
  stopped?: readonly StoppedArm[];
  /** Sums of the primary metric by days since the first exposure. */
  ages?: readonly DaySums[];
}

/** What a look finds, and what follows for the whole. */
export interface Found extends Analysis {
  verdict: Verdict;
  /** The arm that would be shipped. */
  arm: string | undefined;
  /** One sentence. */
  reason: string;
}

/** @param sums of mature units only */
export function analyse(
  plan: FrozenPlan,
  sums: readonly DaySums[],
  counts: readonly ArmCounts[],
  course: Course,
): Found {
  const ratio = armBalance(plan, counts, course.wasMismatch);
  const [control, ...treatments] = plan.arms.map(({ name }) => name);
  const arms = withCorrectedP(
    treatments.map((arm) => {
      const stopped = course.stopped?.find((one) => one.arm === arm);
      return stopped
        ? { ...stopped.finding, stoppedAt: stopped.at }
        : judgeArm(plan, sums, { control: control as string, arm }, course, ratio);
    }),
  );
  const { newUnits, elapsedDays } = course;
  const segments = compareSegments(plan, sums, course);
  const ahead = newUnits && outlook(plan, sums, { newUnits, elapsedDays });
  return {
    ...conclude(plan, arms, course),
    ...{ counts: [...counts], sampleRatio: ratio, arms },
    ...(segments && { segments }),
    ...(ahead && { outlook: ahead }),
  };
}

function judgeArm(
  plan: FrozenPlan,
  sums: readonly DaySums[],
  { control, arm }: { control: string; arm: string },
  course: Course,
  ratio: Analysis["sampleRatio"],
): ArmFinding {
  const { primary, guardrails, metrics } = plan;
  const metricsOfArm = Object.entries(metrics).map(([name, metric]): MetricFinding => {
    const role =
      name === primary.metric ? "primary" : Object.hasOwn(guardrails, name) ? "guardrail" : "other";
    const of = (wanted: string) => sums.filter((row) => row.metric === name && row.arm === wanted);
    const kept = { control: of(control), treatment: of(arm) };
    // intention to treat: whoever was meant for an arm counts in it, whatever answered
    const rows = { control: sumsIn(kept.control), treatment: sumsIn(kept.treatment) };
    const cuped = plan.adjustBy !== undefined && metric.kind !== "quantile";
    const confidence = confidenceOf(plan, role, course);
    const once = { method: { kind: "fixed" }, alpha: plan.alpha } as const;
    const compared = confidence && compareMetric({ metric, cuped }, rows, confidence);
    const fixed = compareMetric({ metric, cuped }, rows, once);
    const values = cuped ? compareMetric({ metric, cuped: false }, rows, once) : fixed;
    const asTheyAre =
      confidence && cuped ? compareMetric({ metric, cuped: false }, rows, confidence) : undefined;
    const apart = confidence && withoutFallback({ metric, cuped }, kept, confidence);
    return {
      ...{ metric: name, role },
      ...(values && { control: values.control, treatment: values.treatment }),
      ...(compared?.difference && { difference: compared.difference }),
      ...(compared?.lift && { lift: compared.lift }),
      ...(fixed?.lift && { fixedLift: fixed.lift }),
      ...(asTheyAre?.lift && { unadjustedLift: asTheyAre.lift }),
      ...(apart && { withoutFallback: apart }),
    };
  });
  const isOver = course.elapsedDays >= plan.days;
  const result = (name: string): MetricResult => {
    const better = metrics[name]?.better === "less" ? "down" : "up";
    return { name, better, lift: metricsOfArm.find(({ metric }) => metric === name)?.lift };
  };
  const verdict = judge({
    primary: result(primary.metric),
    guardrails: Object.entries(guardrails).map(([name, { maxLoss }]) => ({
      ...result(name),
      acceptedLoss: maxLoss,
    })),
    others: metricsOfArm.filter(({ role }) => role === "other").map(({ metric }) => result(metric)),
    rule:
      plan.decision === "better"
        ? { ship: "better" }
        : { ship: "not_worse", acceptedLoss: primary.leastEffect },
    leastEffect: primary.leastEffect,
    sampleRatio: ratio,
    ...{ isOver, isSequential: true, mayShip: course.elapsedDays >= Math.min(LEAST_DAYS, plan.days) },
  });
  const novelty = noveltyOfArm(plan, course.ages ?? [], { control, arm });
  return { arm, ...verdict, metrics: metricsOfArm, ...(novelty && { novelty }) };
}

function sumsIn(rows: readonly DaySums[]): Sums[] {
  return rows.map(({ sums }) => sums);
}

function confidenceOf(
  plan: FrozenPlan,
  role: MetricFinding["role"],
  { plannedUnits }: Course,
): Confidence | undefined {
  if (plannedUnits === undefined) return undefined;
  const { primary, guardrail } = levels(plan.alpha, {
    arms: plan.arms.length - 1,
    guardrails: Object.keys(plan.guardrails).length,
  });
  const method = { kind: "always_valid", plannedUnits } as const;
  return role === "guardrail" ? { method, alpha: guardrail, sides: 1 } : { method, alpha: primary };
}

/** The experiment's own verdict: the best arm that may be shipped; stop when every arm is to be; else on until the end. */
function conclude(plan: FrozenPlan, arms: readonly ArmFinding[], { elapsedDays }: Course) {
  const isOver = elapsedDays >= plan.days;
  const none = { arm: undefined };
  if (plan.aa || plan.holdout) return { ...none, ...observe(plan, arms, isOver) };
  const winners = arms.filter(({ verdict }) => verdict === "ship");
  const best = winners.toSorted((a, b) => gain(b) - gain(a))[0];
  const open = arms.filter(({ verdict }) => verdict === "go_on");
  if (best && (isOver || open.length === 0))
    return { verdict: "ship" as const, arm: best.arm, reason: named(arms, best) };
  if (arms.every(({ verdict }) => verdict === "stop"))
    return { ...none, verdict: "stop" as const, reason: arms.map((arm) => named(arms, arm)).join("; ") };
  const told = open[0] ?? arms.find(({ verdict }) => verdict === "inconclusive") ?? (arms[0] as ArmFinding);
  const harmed = arms.filter(({ verdict }) => verdict === "stop" && arms.length > 1);
  const reason = [...harmed, told].map((arm) => named(arms, arm)).join("; ");
  // a mismatch is no end of its own: people look for its cause, and end it
  const verdict = isOver ? ("inconclusive" as const) : ("go_on" as const);
  return { ...none, verdict, reason };

  function gain({ metrics }: ArmFinding): number {
    const lift = metrics.find(({ role }) => role === "primary")?.lift?.estimate ?? 0;
    return plan.metrics[plan.primary.metric]?.better === "less" ? -lift : lift;
  }
}

/** A/A tests and holdouts put nothing live and take nothing away: they say what is found, until their end. */
function observe(plan: FrozenPlan, arms: readonly ArmFinding[], isOver: boolean) {
  const found = arms.map((arm) => named(arms, arm)).join("; ");
  const isApart = arms.some(({ metrics }) =>
    metrics.some(({ role, lift }) => role !== "other" && lift && (lift.low > 0 || lift.high < 0)),
  );
  const reason = !plan.aa
    ? found
    : isApart
      ? `the arms serve the same, and yet ${found}; look for what measures or serves them differently`
      : `the arms serve the same: ${found}`;
  return { verdict: isOver ? ("inconclusive" as const) : ("go_on" as const), reason };
}

function named(arms: readonly ArmFinding[], { arm, reason, stoppedAt }: ArmFinding): string {
  if (arms.length === 1) return reason;
  return stoppedAt === undefined ? `${arm}: ${reason}` : `${arm}, which was ended for harm: ${reason}`;
}
