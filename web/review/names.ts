import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import type { QaReport } from "../../core/qa-report.ts";

export interface SubjectName {
  name: string;
  /** What it is to the reader. */
  role: string;
  /** In which order they are shown. */
  rank: number;
}

/** What a subject of the report is called: the proposed candidate, what is live, the popularity list, or another candidate. */
export function nameSubject(subject: string, report: Pick<QaReport, "candidate">): SubjectName {
  if (subject === report.candidate) return { name: subject, role: "proposed", rank: 0 };
  if (subject === CHAMPION) return { name: "Live now", role: "what people see today", rank: 1 };
  if (subject === BASELINE) return { name: "Popularity list", role: "the yardstick", rank: 2 };
  return { name: subject, role: "also tried", rank: 3 };
}

/** Rows as they are shown: what is proposed, what is live, the yardstick, the others. */
export function inOrder<T extends { subject: string }>(rows: readonly T[], report: QaReport): T[] {
  return rows.toSorted((a, b) => nameSubject(a.subject, report).rank - nameSubject(b.subject, report).rank);
}
