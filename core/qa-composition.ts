/** Puts a QA report together: the verdict of its checks, and a headline that a product manager understands. */
import { BASELINE, type Definition } from "./definition.ts";
import type { Check, MetricsRow, Preview, QaReport, Verdict } from "./qa-report.ts";
import { plural } from "./words.ts";

export interface QaParts {
  definition: Definition;
  candidate: string;
  /** Candidates in the run's order, then today's champion. */
  metrics: MetricsRow[];
  checks: Check[];
  previews: Preview[];
}

/** The report. Nothing of it comes from a clock, so equal parts give equal bytes. */
export function composeReport({ definition, candidate, metrics, checks, previews }: QaParts): QaReport {
  const verdict = weighChecks(checks);
  return {
    schemaVersion: 1,
    model: definition.name,
    candidate,
    verdict,
    headline: headline(candidate, verdict, checks),
    k: definition.evaluation.k,
    metrics,
    checks,
    previews,
  };
}

/** `fail` when an `error` check failed, `inconclusive` when one cannot tell, else `pass`. */
export function weighChecks(checks: readonly Check[]): Verdict {
  const decisive = checks.filter(({ severity }) => severity === "error").map(({ verdict }) => verdict);
  if (decisive.includes("fail")) return "fail";
  return decisive.includes("inconclusive") ? "inconclusive" : "pass";
}

function headline(candidate: string, verdict: Verdict, checks: readonly Check[]): string {
  const subject = candidate === BASELINE ? "The popularity list" : candidate;
  const isOf = (of: Verdict, severity: Check["severity"]) =>
    checks.filter((check) => check.verdict === of && check.severity === severity);
  const failed = isOf("fail", "error");
  if (verdict === "fail")
    return `${subject} must not go live: ${plural(failed.length, "check")} failed. ${tell(failed)}`;
  if (verdict === "inconclusive")
    return `Whether ${subject === candidate ? candidate : "the popularity list"} may go live cannot be told. ${tell(isOf("inconclusive", "error"))}`;
  const toWeigh = isOf("fail", "warn");
  if (toWeigh.length > 0)
    return `${subject} may go live, with ${plural(toWeigh.length, "thing")} to weigh. ${tell(toWeigh)}`;
  return `${subject} may go live: ${checks.length === 1 ? "its check" : `all ${checks.length} checks`} passed.`;
}

function tell(checks: readonly Check[]): string {
  return checks.map(({ explanation }) => explanation).join(" ");
}
