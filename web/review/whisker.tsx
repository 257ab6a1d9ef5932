import type { Estimate } from "../../core/qa-report.ts";

/** From `low` to `high` of the axis that whiskers below each other share. */
export interface Axis {
  low: number;
  high: number;
}

/** Axis that holds all the intervals and 0, with a little air; undefined without any. */
export function axisOf(estimates: readonly (Estimate | null)[]): Axis | undefined {
  const given = estimates.filter((estimate) => estimate !== null);
  if (given.length === 0) return undefined;
  const low = Math.min(0, ...given.map((estimate) => estimate.low));
  const high = Math.max(0, ...given.map((estimate) => estimate.high));
  const air = (high - low || 1) * 0.05;
  return { low: low === 0 ? 0 : low - air, high: high + air };
}

/** A mean with its interval on a shared axis, 0 marked where it lies within. Says the same to a screen reader. */
export function Whisker(props: {
  estimate: Estimate;
  axis: Axis;
  tone: "plain" | "bad" | "good";
  label: string;
}) {
  const { estimate, axis } = props;
  const at = (value: number) => 100 * ((value - axis.low) / (axis.high - axis.low));
  return (
    <svg
      className={`whisker whisker-${props.tone}`}
      viewBox="0 0 100 16"
      preserveAspectRatio="none"
      role="img"
    >
      <title>{props.label}</title>
      {axis.low < 0 && <line className="whisker-zero" x1={at(0)} x2={at(0)} y1="0" y2="16" />}
      <line className="whisker-line" x1={at(estimate.low)} x2={at(estimate.high)} y1="8" y2="8" />
      <line className="whisker-end" x1={at(estimate.low)} x2={at(estimate.low)} y1="4" y2="12" />
      <line className="whisker-end" x1={at(estimate.high)} x2={at(estimate.high)} y1="4" y2="12" />
      <line className="whisker-mean" x1={at(estimate.mean)} x2={at(estimate.mean)} y1="3" y2="13" />
    </svg>
  );
}
