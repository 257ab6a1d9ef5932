/** The first sentence of a report: may it go live, why, and how good it is. For somebody who reads nothing else. */
import { BASELINE, CHAMPION } from "./baseline.ts";
import { gainOver } from "./contender.ts";
import type { ToldCheck } from "./qa-check.ts";
import type { CheckGroup, MetricsRow, Verdict } from "./qa-report.ts";
import { formatShare, plural } from "./words.ts";

/** What is told first: what may be against the law, what was promised, what somebody watches over, then the rest. */
const IMPORTANCE: readonly CheckGroup[] = [
  "forbidden",
  "must_have",
  "case",
  "soundness",
  "coverage",
  "slice",
  "extreme",
  "behaviour",
];
/** Findings in the sentence, and characters of each. */
const MOST_FINDINGS = 2;
const LONGEST_FINDING = 200;

export interface HeadlineParts {
  candidate: string;
  verdict: Verdict;
  checks: readonly ToldCheck[];
  metrics: readonly MetricsRow[];
}

/** One sentence, of bounded length whatever the checks say. Equal parts give equal words. */
export function headline({ candidate, verdict, checks, metrics }: HeadlineParts): string {
  const subject = candidate === BASELINE ? "the popularity list" : candidate;
  const quality = tellQuality(candidate, metrics);
  const failed = inOrder(checks, "fail", "error");
  if (verdict === "fail")
    return sentence(`${subject} must not go live: ${tell(failed)}${quality && `, ${quality.beside}`}`);
  if (verdict === "inconclusive")
    return sentence(
      `whether ${subject} may go live cannot be told: ${tell(inOrder(checks, "inconclusive", "error"))}`,
    );
  const toWeigh = inOrder(checks, "fail", "warn");
  const and = quality && `, and it ${quality.words}`;
  if (toWeigh.length > 0)
    return sentence(
      `${subject} may go live, with ${plural(toWeigh.length, "thing")} to weigh: ${tell(toWeigh)}${and}`,
    );
  const unsure = checks.filter((check) => check.verdict === "inconclusive").length;
  const passed = checks.length - unsure;
  const all = `${unsure === 0 && passed > 1 ? "all " : ""}${plural(passed, "check")} passed`;
  const rest = unsure === 0 ? "" : ` and ${plural(unsure, "check")} could not be told`;
  return sentence(`${subject} may go live: ${all}${rest}${and}`);
}

function inOrder(
  checks: readonly ToldCheck[],
  verdict: Verdict,
  severity: ToldCheck["severity"],
): ToldCheck[] {
  return checks
    .filter((check) => check.verdict === verdict && check.severity === severity)
    .sort((a, b) => IMPORTANCE.indexOf(a.group) - IMPORTANCE.indexOf(b.group));
}

function tell(checks: readonly ToldCheck[]): string {
  const told = checks.slice(0, MOST_FINDINGS).map(clauseOf);
  const more = checks.length - told.length;
  return [
    ...told,
    ...(more > 0
      ? [`${plural(more, "more check")} ${checks[0]?.verdict === "fail" ? "failed" : "cannot tell"}`]
      : []),
  ].join("; ");
}

/** A check's finding without a full stop, so that it fits into a sentence. */
function clauseOf({ clause, title, verdict, explanation }: ToldCheck): string {
  const told = verdict === "fail" && clause !== undefined ? clause : `“${title}”: ${explanation}`;
  const letters = Array.from(told.replace(/\.$/, ""));
  return letters.length <= LONGEST_FINDING
    ? letters.join("")
    : `${letters
        .slice(0, LONGEST_FINDING - 1)
        .join("")
        .trimEnd()}…`;
}

/** How well it ranks beside what it would take the place of, by NDCG; empty where that cannot be told. */
function tellQuality(
  candidate: string,
  metrics: readonly MetricsRow[],
): { words: string; beside: string } | "" {
  const ndcgOf = (subject: string) => metrics.find((row) => row.subject === subject)?.ndcg ?? null;
  const reference = [CHAMPION, BASELINE].find((subject) => subject !== candidate && ndcgOf(subject) !== null);
  const gain = reference && gainOver(ndcgOf(reference), ndcgOf(candidate));
  if (gain === undefined || gain === "" || !Number.isFinite(gain)) return "";
  const name = reference === CHAMPION ? "what is live" : "the popularity list";
  const size = formatShare(Math.abs(gain));
  if (size === formatShare(0))
    return { words: `ranks as well as ${name}`, beside: `and it ranks only as well as ${name}` };
  return gain > 0
    ? { words: `ranks ${size} better than ${name}`, beside: `though it ranks ${size} better than ${name}` }
    : { words: `ranks ${size} worse than ${name}`, beside: `and it ranks ${size} worse than ${name}` };
}

/** A candidate's name stays as it is written in the definition. */
function sentence(words: string): string {
  const isOurs = /^(the|whether) /.test(words);
  return `${isOurs ? words.charAt(0).toUpperCase() + words.slice(1) : words}.`;
}
