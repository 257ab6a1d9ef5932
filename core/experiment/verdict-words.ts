/** An experiment's effects in words that need no statistics. */
import type { Effect } from "./compare.ts";

export interface MetricResult {
  /** As people read it: "spend per person". */
  name: string;
  /** Which way is the better one. */
  better: "up" | "down";
  /** Lift against the control, as a share of its value, at the level that {@link levels} gives; undefined: cannot tell. */
  lift: Effect | undefined;
}

/** "spend per person rose by 2.1 % (between 0.4 % and 3.8 %)"; a metric of which nothing is known says so. */
export function inWords({ name, lift }: Pick<MetricResult, "name" | "lift">): string {
  if (!lift) return `${name} cannot be told yet`;
  const between = `(between ${signed(lift.low)} and ${signed(lift.high)})`;
  if (Math.abs(lift.estimate) < 5e-5) return `${name} stayed as it was ${between}`;
  return `${name} ${lift.estimate > 0 ? "rose" : "fell"} by ${percent(Math.abs(lift.estimate))} ${between}`;
}

/** Says it where the primary metric and another surely moved for the better and for the worse, or the other way round. */
export function opposite(primary: MetricResult, other: MetricResult): string | undefined {
  const [first, second] = [direction(primary), direction(other)];
  if (first * second !== -1) return undefined;
  return `${inWords(other)} while ${inWords(primary)}: they point in opposite directions`;
}

/** Whether the arms can be compared at all, and which check says that they cannot. */
export interface Mismatch {
  isMismatch: boolean;
  loss?: { isMismatch: boolean } | undefined;
}

/** What is wrong with arms that cannot be compared, as a clause. */
export function sayMismatch({ loss }: Mismatch): string {
  return loss?.isMismatch
    ? "the arms lost unequal shares of the answers that servers gave"
    : "the arms do not hold the shares that the plan gave them";
}

/** 1: surely better; -1: surely worse; 0: neither. */
function direction({ lift, better }: MetricResult): -1 | 0 | 1 {
  if (!lift || (lift.low <= 0 && lift.high >= 0)) return 0;
  return lift.low > 0 === (better === "up") ? 1 : -1;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(Math.abs(share) < 0.1 ? 2 : 1))} %`;
}

function signed(share: number): string {
  return `${share > 0 ? "+" : ""}${percent(share)}`;
}
