import type { MetricsRow, QaReport } from "../../core/qa-report.ts";
import { formatBytes, formatScore, formatShare } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";
import { inOrder } from "./names.ts";
import { tellQuality } from "./sentences.ts";
import { SubjectCell } from "./subject-cell.tsx";

/** How good it is beside what is live and beside the popularity list: in sentences first, then in figures. */
export function Metrics({ report }: { report: QaReport }) {
  const rows = inOrder(report.metrics, report);
  return (
    <section aria-labelledby="metrics">
      <h2 id="metrics">How good it is</h2>
      <ul className="sentences">
        {tellQuality(report).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {rows.length > 0 && (
        <details className="more-rows">
          <summary>The figures behind it</summary>
          <Figures rows={rows} report={report} />
        </details>
      )}
    </section>
  );
}

function Figures({ rows, report }: { rows: MetricsRow[]; report: QaReport }) {
  return (
    <Table
      label="Figures"
      head={
        <>
          <th scope="col">What</th>
          <th scope="col" className="number">
            Order <span className="wide-only muted">NDCG@{report.k}</span>
          </th>
          <th scope="col" className="number">
            Hits <span className="wide-only muted">recall@{report.k}</span>
          </th>
          <th scope="col" className="number">
            Items shown <span className="wide-only muted">coverage@{report.k}</span>
          </th>
          <th scope="col" className="number wide-only">
            Size
          </th>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
          <SubjectCell subject={row.subject} report={report} />
          <td className="number">{formatScore(row.ndcg)}</td>
          <td className="number">{formatShare(row.recall)}</td>
          <td className="number">{formatShare(row.coverage)}</td>
          <td className="number wide-only">{formatBytes(row.sizeBytes)}</td>
        </tr>
      ))}
    </Table>
  );
}
