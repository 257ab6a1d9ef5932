import type { Verdict } from "../../core/qa-report.ts";
import { clean, paint } from "./style.ts";
import { type Cell, drawTable } from "./table.ts";
import { verdictCell } from "./words.ts";
import { wrap } from "./wrap.ts";

const INDENT = 2;

export interface ShownCheck {
  verdict: Verdict;
  /** It failed, and stops nothing: the person who decides weighs it. */
  isToWeigh?: boolean;
  title: string;
  found: string;
  wanted: string;
  /** What else stands beside it: a severity, a cause. */
  aside: string;
  explanation: string;
}

/** Checks as a table, and below it what those that didn't pass mean, in sentences. */
export function drawChecks(checks: readonly ShownCheck[], aside: string): string {
  if (checks.length === 0) return "No checks.";
  const table = drawTable(
    ["verdict", "check", "found", "wanted", aside],
    checks.map((check) => [cellOf(check), check.title, check.found, check.wanted, check.aside]),
  );
  const sentences = checks
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ title, explanation }) => drawSentence(clean(title), clean(explanation)));
  return [table, ...(sentences.length > 0 ? ["", ...sentences] : [])].join("\n");
}

function cellOf({ verdict, isToWeigh }: ShownCheck): Cell {
  return isToWeigh ? { text: "to weigh", style: "yellow" } : verdictCell(verdict);
}

function drawSentence(title: string, explanation: string): string {
  const wrapped = wrap(`${title}: ${explanation}`, INDENT);
  return wrapped.startsWith(title) ? paint("bold", title) + wrapped.slice(title.length) : wrapped;
}
