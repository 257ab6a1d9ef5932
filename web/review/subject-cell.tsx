import type { QaReport } from "../../core/qa-report.ts";
import { nameSubject } from "./names.ts";

/** First cell of a row about the candidate, what is live, or the yardstick. */
export function SubjectCell({ subject, report }: { subject: string; report: QaReport }) {
  const { name, role } = nameSubject(subject, report);
  return (
    <th scope="row">
      {name}
      <div className="muted small">{role}</div>
    </th>
  );
}
