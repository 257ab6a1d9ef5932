import type { Estimate, Slice } from "../../core/qa-report.ts";
import { formatChange } from "../lib/figures.ts";
import { formatScore, formatShare } from "../lib/format.ts";

/** `0.247, between 0.231 and 0.263`: a mean with its 95 % interval. */
export function sayEstimate(
  estimate: Estimate | null,
  write: (value: number) => string = formatScore,
): string {
  if (!estimate) return "cannot tell";
  return `${write(estimate.mean)}, between ${write(estimate.low)} and ${write(estimate.high)}`;
}

/** How a group's lists compare with today's, for somebody who knows no metrics; never sure where chance may explain it. */
export function sayChange({ change, championNdcg, judged }: Slice): string {
  if (!change) return judged === 0 ? "nobody of it could be judged" : "cannot tell";
  const size =
    championNdcg && championNdcg.mean > 0
      ? formatShare(Math.abs(change.mean) / championNdcg.mean)
      : formatChange(change.mean);
  if (change.low <= 0 && change.high >= 0)
    return `no clear difference (${formatChange(change.low)} to ${formatChange(change.high)})`;
  return `${size} ${change.mean < 0 ? "worse" : "better"} than now`;
}
