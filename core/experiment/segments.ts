/** The same comparison among parts of the people: to form ideas, never to decide. */
import { type Comparison, type Confidence, compareMoments } from "./compare.ts";
import { benjaminiHochberg } from "./correction.ts";
import type { SumKind } from "./estimate.ts";
import type { Moments } from "./moments.ts";

export interface SegmentResult {
  segment: string;
  comparison: Comparison | undefined;
  /** Of the difference, corrected for all segments that were looked at; undefined where nothing can be told. */
  p: number | undefined;
  /** Always: segments were not planned, and one of twenty looks remarkable by chance. */
  isExploratory: true;
}

/** Compares each segment, p-values by Benjamini and Hochberg, in the order given. @throws {RangeError} as {@link compareMoments} */
export function compareSegments(
  metric: { kind: SumKind; cuped?: boolean },
  segments: readonly { segment: string; control: Moments; treatment: Moments }[],
  confidence: Confidence,
): SegmentResult[] {
  const compared = segments.map((one) => ({ ...one, comparison: compareMoments(metric, one, confidence) }));
  const told = compared.flatMap(({ segment, comparison }) =>
    comparison?.difference ? [{ segment, p: comparison.difference.p }] : [],
  );
  const corrected = benjaminiHochberg(told.map(({ p }) => p));
  const bySegment = new Map(told.map(({ segment }, at) => [segment, corrected[at]]));
  return compared.map(({ segment, comparison }) => ({
    segment,
    comparison,
    p: bySegment.get(segment),
    isExploratory: true,
  }));
}
