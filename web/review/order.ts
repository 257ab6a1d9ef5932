import type { Check } from "../../core/qa-report.ts";

const RANK: Record<Check["verdict"], number> = { fail: 0, inconclusive: 2, pass: 4 };

/** Worst first: failed before unknown before passed, what must pass before what is to be weighed; else as reported. */
export function worstFirst(checks: readonly Check[]): Check[] {
  return checks.toSorted((a, b) => rank(a) - rank(b));
}

function rank(check: Check): number {
  return RANK[check.verdict] + (check.severity === "error" ? 0 : 1);
}
