/** The same comparison among parts of the people: to form ideas, never to decide. */
import type { FrozenPlan } from "../experiment-plan.ts";
import type { Course, DaySums } from "./analyse.ts";
import { type Confidence, LEAST_UNITS } from "./compare.ts";
import { compareMetric, unitsOf } from "./compare-metric.ts";
import { benjaminiHochberg } from "./correction.ts";
import type { Segments } from "./look.ts";

type Row = Segments["rows"][number];

/**
 * Compares the primary metric and the guardrails in each segment, p-values by Benjamini and Hochberg over all of them; each interval
 * holds at every look by itself. A segment is told once it has {@link LEAST_UNITS} units of a metric in both arms: before that its sums
 * are nearly somebody's own. Undefined where the plan asks for none, and while nothing is told at all.
 */
export function compareSegments(
  plan: FrozenPlan,
  sums: readonly DaySums[],
  { plannedUnits, stopped = [] }: Pick<Course, "plannedUnits" | "stopped">,
): Segments | undefined {
  if (plan.segmentBy === undefined || plannedUnits === undefined) return undefined;
  const metrics = [plan.primary.metric, ...Object.keys(plan.guardrails)];
  const [control, ...others] = plan.arms.map(({ name }) => name);
  const treatments = others.filter((arm) => !stopped.some((one) => one.arm === arm));
  const confidence = { method: { kind: "always_valid", plannedUnits }, alpha: plan.alpha } as const;
  const bySegment = Map.groupBy(
    sums.filter(({ metric }) => metrics.includes(metric)),
    ({ segment = "" }) => segment,
  );
  const names = [...bySegment.keys()].sort();
  const told = names.map((segment) => {
    const rows = bySegment.get(segment) ?? [];
    return metrics.flatMap((metric) =>
      treatments.flatMap(
        (arm) =>
          compareOne(plan, rows, { segment, metric, control: control as string, arm }, confidence) ?? [],
      ),
    );
  });
  return {
    by: plan.segmentBy,
    rows: withCorrectedP(told.flat()),
    tooSmall: told.filter((rows) => rows.length === 0).length,
  };
}

function compareOne(
  plan: FrozenPlan,
  sums: readonly DaySums[],
  { segment, metric: name, control, arm }: { segment: string; metric: string; control: string; arm: string },
  confidence: Confidence,
): Row | undefined {
  const metric = plan.metrics[name];
  if (!metric) return undefined;
  const of = (wanted: string) =>
    sums.filter((row) => row.metric === name && row.arm === wanted).map((row) => row.sums);
  const rows = { control: of(control), treatment: of(arm) };
  const units = { control: unitsOf(rows.control), treatment: unitsOf(rows.treatment) };
  if (Math.min(units.control, units.treatment) < LEAST_UNITS) return undefined;
  const cuped = plan.adjustBy !== undefined && metric.kind !== "quantile";
  const compared = compareMetric({ metric, cuped }, rows, confidence);
  if (!compared) return undefined;
  return {
    ...{ segment, metric: name, arm, units, control: compared.control, treatment: compared.treatment },
    ...(compared.lift && { lift: compared.lift }),
  };
}

function withCorrectedP(rows: readonly Row[]): Row[] {
  const told = rows.filter(({ lift }) => lift);
  const corrected = benjaminiHochberg(told.map(({ lift }) => lift?.p ?? 1));
  return rows.map((row) => {
    const correctedP = corrected[told.indexOf(row)];
    return correctedP === undefined ? row : { ...row, correctedP };
  });
}
