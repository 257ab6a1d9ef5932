import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import type { MetricsRow, QaReport } from "../../core/qa-report.ts";
import { formatBytes, formatScore, formatShare } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";
import { tellQuality } from "./sentences.ts";

/** How good it is beside what is live and beside the popularity list: in sentences first, then in figures. */
export function Metrics({ report }: { report: QaReport }) {
  const rows = report.metrics.toSorted((a, b) => look(a, report).rank - look(b, report).rank);
  return (
    <section aria-labelledby="metrics">
      <h2 id="metrics">How good it is</h2>
      <ul className="sentences">
        {tellQuality(report).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {rows.length > 0 && <Figures rows={rows} report={report} />}
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
      {rows.map((row) => {
        const { name, role } = look(row, report);
        return (
          <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
            <th scope="row">
              {name}
              <div className="muted small">{role}</div>
            </th>
            <td className="number">{formatScore(row.ndcg)}</td>
            <td className="number">{formatShare(row.recall)}</td>
            <td className="number">{formatShare(row.coverage)}</td>
            <td className="number wide-only">{formatBytes(row.sizeBytes)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

function look(row: MetricsRow, report: QaReport): { name: string; role: string; rank: number } {
  if (row.subject === report.candidate) return { name: row.subject, role: "proposed", rank: 0 };
  if (row.subject === CHAMPION) return { name: "Live now", role: "what people see today", rank: 1 };
  if (row.subject === BASELINE) return { name: "Popularity list", role: "the yardstick", rank: 2 };
  return { name: row.subject, role: "also tried", rank: 3 };
}
