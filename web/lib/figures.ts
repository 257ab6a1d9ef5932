import type { Check } from "../../core/qa-report.ts";
import { formatCount, formatScore, formatShare } from "./format.ts";

const WRITE: Record<Check["unit"], (value: number | null) => string> = {
  share: formatShare,
  count: formatCount,
  ndcg: (value) => formatScore(value).replace("-", "\u2212"),
  bits: (value) => (value === null ? formatCount(null) : `${value.toFixed(1)} bits`),
  correlation: (value) => (value === null ? formatCount(null) : value.toFixed(2).replace("-", "\u2212")),
};

/** A check's figure in its unit; a dash where there is none. */
export function formatFigure(value: number | null, unit: Check["unit"]): string {
  return WRITE[unit](value);
}

/** With a sign that is as wide as a digit: `+0.012`, `−0.031`. */
export function formatChange(change: number): string {
  const size = Math.abs(change).toFixed(3);
  if (Number(size) === 0) return "±0";
  return change > 0 ? `+${size}` : `\u2212${size}`;
}

const FRACTIONS: readonly [number, string][] = [
  [0, "none"],
  [0.1, "a tenth"],
  [0.2, "a fifth"],
  [0.25, "a quarter"],
  [1 / 3, "a third"],
  [0.5, "half"],
  [2 / 3, "two thirds"],
  [0.75, "three quarters"],
  [0.8, "four fifths"],
  [0.9, "nine tenths"],
  [1, "all"],
];

/** A share as one says it, to a few hundredths: `two thirds`, `almost all`, `about 43 %`. */
export function sayShare(share: number): string {
  if (share > 0 && share < 0.05) return "almost none";
  if (share > 0.95 && share < 1) return "almost all";
  const near = FRACTIONS.find(([fraction]) => Math.abs(fraction - share) <= 0.015);
  return near ? near[1] : `about ${formatShare(share)}`;
}
