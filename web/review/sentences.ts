import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import { gainOver } from "../../core/contender.ts";
import type { MetricsRow, QaReport } from "../../core/qa-report.ts";
import { formatCount, formatShare } from "../lib/format.ts";

const NAMES: Record<string, string> = {
  [CHAMPION]: "what is live now",
  [BASELINE]: "the popularity list",
};

/** How good the proposed model is beside what is live and the popularity list, for somebody who knows no metrics. */
export function tellQuality(report: QaReport): string[] {
  const rowOf = (subject: string) => report.metrics.find((row) => row.subject === subject);
  const proposed = rowOf(report.candidate);
  if (!proposed) return ["It was not measured in this run."];
  const others = Object.keys(NAMES)
    .filter((subject) => subject !== report.candidate)
    .flatMap((subject) => rowOf(subject) ?? []);
  return [
    `Of what people went on to choose, a list of ${report.k} holds ${share(proposed.recall)}${beside(others, "recall", "holds")}.`,
    ...ranking(proposed, others),
    `${share(proposed.coverage)} of all items are shown to somebody${beside(others, "coverage", "shows")}.`,
    `Measured on ${formatCount(proposed.people)} people, by choices that were kept from the training; the checks look at everybody's list.`,
  ];
}

function ranking(proposed: MetricsRow, others: readonly MetricsRow[]): string[] {
  const compared = others.flatMap((row) => {
    const words = compare(proposed.ndcg, row.ndcg);
    return words ? `${words} ${nameOf(row)}` : [];
  });
  if (compared.length === 0) return [];
  return [`Its order, with what people want near the top, is ${compared.join(" and ")} (by NDCG).`];
}

/** `142 % better than`; undefined when it can't be told. */
function compare(value: number | null, reference: number | null): string | undefined {
  const gain = gainOver(reference, value);
  if (gain === undefined || !Number.isFinite(gain)) return undefined;
  const size = formatShare(Math.abs(gain));
  if (size === formatShare(0)) return "as good as";
  return `${size} ${gain > 0 ? "better than" : "worse than"}`;
}

function beside(others: readonly MetricsRow[], metric: "recall" | "coverage", verb: string): string {
  if (others.length === 0) return "";
  const [first, ...rest] = others.map((row, index) =>
    index === 0 ? `${nameOf(row)} ${verb} ${share(row[metric])}` : `${nameOf(row)} ${share(row[metric])}`,
  );
  return `; ${[first, ...rest].join(", ")}`;
}

function share(value: number | null): string {
  return value === null ? "an unknown share" : formatShare(value);
}

function nameOf(row: MetricsRow): string {
  return NAMES[row.subject] ?? row.subject;
}
