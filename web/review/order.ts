import type { Check, CheckGroup, QaReport, Slice } from "../../core/qa-report.ts";
import { GROUP_WORDS } from "../lib/words.ts";

const RANK: Record<Check["verdict"], number> = { fail: 0, inconclusive: 2, pass: 4 };

export interface CheckCounts {
  failed: number;
  toWeigh: number;
  cannotTell: number;
  passed: number;
}

export interface CheckPart {
  group: CheckGroup;
  title: string;
  counts: CheckCounts;
  /** What isn't told above the parts: all but the failed ones, what cannot be told first. */
  checks: Check[];
}

/** Worst first: failed before unknown before passed, what must pass before what is to be weighed; else as reported. */
function worstFirst(checks: readonly Check[]): Check[] {
  return checks.toSorted((a, b) => rank(a) - rank(b));
}

/** What a reader should look at before anything else: what failed, what had to pass first. */
export function failedChecks(checks: readonly Check[]): Check[] {
  return worstFirst(checks).filter(({ verdict }) => verdict === "fail");
}

export function countChecks(checks: readonly Check[]): CheckCounts {
  const count = (fits: (check: Check) => boolean) => checks.filter(fits).length;
  return {
    failed: count(({ verdict, severity }) => verdict === "fail" && severity === "error"),
    toWeigh: count(({ verdict, severity }) => verdict === "fail" && severity === "warn"),
    cannotTell: count(({ verdict }) => verdict === "inconclusive"),
    passed: count(({ verdict }) => verdict === "pass"),
  };
}

/** All checks by what they are about; parts without any are left out. */
export function checkParts(checks: readonly Check[]): CheckPart[] {
  return (Object.keys(GROUP_WORDS) as CheckGroup[]).flatMap((group) => {
    const own = checks.filter((check) => check.group === group);
    if (own.length === 0) return [];
    const rest = worstFirst(own).filter(({ verdict }) => verdict !== "fail");
    return [{ group, title: GROUP_WORDS[group], counts: countChecks(own), checks: rest }];
  });
}

/** Groups of people who are served worse than now beyond chance, or as bad as the definition calls a failure. */
export function worseServed({ slices }: QaReport): Slice[] {
  return slices.filter(({ verdict, change }) => verdict === "fail" || (change !== null && change.high < 0));
}

function rank(check: Check): number {
  return RANK[check.verdict] + (check.severity === "error" ? 0 : 1);
}
