/** Puts a QA report together from what its parts found. */
import type { Definition } from "./definition.ts";
import { headline } from "./headline.ts";
import type { ToldCheck } from "./qa-check.ts";
import {
  type Behaviour,
  CHECK_GROUPS,
  type Check,
  type MetricsRow,
  type OffPolicy,
  type Preview,
  type QaReport,
  type Reach,
  type Slice,
  type Verdict,
} from "./qa-report.ts";

export interface QaParts {
  definition: Definition;
  candidate: string;
  championVersion: number | null;
  people: number;
  items: number;
  valueLabel: string;
  /** Candidates in the run's order, then today's champion. */
  metrics: MetricsRow[];
  checks: ToldCheck[];
  reach: Reach[];
  unreachable: QaReport["unreachable"];
  slices: Slice[];
  behaviour: Behaviour[];
  previews: Preview[];
  /** Left out where nothing was explored. */
  offPolicy?: OffPolicy;
  /** Left out where the definition names none. */
  rules?: NonNullable<QaReport["rules"]>;
}

/** The report. Nothing of it comes from a clock, so equal parts give equal bytes. */
export function composeReport({ definition, checks, ...parts }: QaParts): QaReport {
  const verdict = weighChecks(checks);
  return {
    schemaVersion: 2,
    model: definition.name,
    verdict,
    headline: headline({ candidate: parts.candidate, verdict, checks, metrics: parts.metrics }),
    k: definition.evaluation.k,
    ...parts,
    checks: checks
      .map(({ clause: _, ...check }) => check)
      .sort((a, b) => CHECK_GROUPS.indexOf(a.group) - CHECK_GROUPS.indexOf(b.group)),
  };
}

/** `fail` when an `error` check failed, `inconclusive` when one cannot tell, else `pass`. */
export function weighChecks(checks: readonly Pick<Check, "severity" | "verdict">[]): Verdict {
  const decisive = checks.filter(({ severity }) => severity === "error").map(({ verdict }) => verdict);
  if (decisive.includes("fail")) return "fail";
  return decisive.includes("inconclusive") ? "inconclusive" : "pass";
}
