/** How a report's figures are written, wherever it is drawn. */
import type { Check, CheckGroup, QaReport, ShelfItem, Verdict } from "./qa-report.ts";
import { formatCount, formatShare } from "./words.ts";

/** The parts of a report by their checks. */
export const GROUP_TITLES: Record<CheckGroup, string> = {
  case: "Cases that matter",
  must_have: "Must-have items",
  forbidden: "Forbidden items",
  coverage: "Coverage",
  slice: "Segments of people",
  extreme: "Extreme cases",
  behaviour: "Behaviour",
  soundness: "Soundness",
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  pass: "passed",
  fail: "failed",
  inconclusive: "cannot tell",
};

export const CHANGE_WORDS: Record<NonNullable<ShelfItem["change"]>, string> = {
  new: "new",
  up: "up",
  down: "down",
  same: "",
};

/** A check's figure with its unit; a dash where it cannot be told. */
export function formatFigure(value: number | null, unit: Check["unit"]): string {
  if (value === null) return "–";
  switch (unit) {
    case "share":
      return formatShare(value);
    case "count":
      return formatCount(value);
    case "bits":
      return `${value.toFixed(2)} bits`;
    case "ndcg":
    case "correlation":
      return value.toFixed(3);
  }
}

/** A share, or a dash where it cannot be told. */
export function shareOrDash(share: number | null): string {
  return share === null ? "–" : formatShare(share);
}

/** A figure with three digits, or a dash where it cannot be told. */
export function figureOrDash(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

/** What a reader should see first: failed errors, failed warnings, then what cannot be told; each in the report's order. */
export function toLookAt({ checks }: Pick<QaReport, "checks">): Check[] {
  const weight = ({ verdict, severity }: Check) =>
    verdict === "fail" ? (severity === "error" ? 0 : 1) : severity === "error" ? 2 : 3;
  return checks.filter(({ verdict }) => verdict !== "pass").sort((a, b) => weight(a) - weight(b));
}

/** How many items nobody is shown any more whom somebody sees today; empty where that is not known. Ends with a blank. */
export function sayNewlyLost(newlyLost: number | undefined): string {
  if (newlyLost === undefined) return "";
  return newlyLost === 0
    ? "What is live shows none of them either. "
    : `${formatCount(newlyLost)} of them ${newlyLost === 1 ? "is" : "are"} lost by this change: what is live shows ${newlyLost === 1 ? "it" : "them"} to somebody. `;
}
