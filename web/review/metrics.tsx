import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import type { MetricsRow, QaReport } from "../../core/qa-report.ts";
import { formatBytes, formatCount, formatScore, formatShare } from "../lib/format.ts";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import { inWords } from "./shelf.ts";

/** How good it is beside what is live and beside the popularity list: in sentences first, then in figures. */
export function Metrics({ report }: { report: QaReport }) {
  const proposed = report.metrics.find((row) => row.subject === report.candidate);
  const rows = [...report.metrics].sort((a, b) => rank(a, report) - rank(b, report));
  return (
    <section aria-labelledby="metrics">
      <h2 id="metrics">How good it is</h2>
      {proposed ? (
        <Sentences proposed={proposed} report={report} />
      ) : (
        <Empty>It was not measured in this run.</Empty>
      )}
      {rows.length > 0 && (
        <Table
          label="Figures"
          head={
            <>
              <th scope="col">What</th>
              <th scope="col" className="number">
                Order (NDCG@{report.k})
              </th>
              <th scope="col" className="number">
                Hits (recall@{report.k})
              </th>
              <th scope="col" className="number">
                Coverage@{report.k}
              </th>
              <th scope="col" className="number wide-only">
                Size
              </th>
            </>
          }
        >
          {rows.map((row) => (
            <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
              <th scope="row">
                {row.subject}
                <div className="muted small">{role(row, report)}</div>
              </th>
              <td className="number">{formatScore(row.ndcg)}</td>
              <td className="number">{formatShare(row.recall)}</td>
              <td className="number">{formatShare(row.coverage)}</td>
              <td className="number wide-only">{formatBytes(row.sizeBytes)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Sentences({ proposed, report }: { proposed: MetricsRow; report: QaReport }) {
  const others = [BASELINE, CHAMPION]
    .filter((subject) => subject !== report.candidate)
    .flatMap((subject) => report.metrics.find((row) => row.subject === subject) ?? []);
  return (
    <ul className="sentences">
      {others.map((row) => {
        const order = inWords(proposed.ndcg, row.ndcg);
        return (
          <li key={row.subject}>
            {order ? `Its order is ${order}` : "Its order can't be compared with"} {named(row)}: what people
            went on to choose stands nearer to the top when this figure is higher (
            {formatScore(proposed.ndcg)} against {formatScore(row.ndcg)}).
          </li>
        );
      })}
      {proposed.recall !== null && (
        <li>
          A list of {report.k} holds {formatShare(proposed.recall)} of what a person went on to choose
          {others.map((row) => (
            <span key={row.subject}>
              ; with {named(row)} it is {formatShare(row.recall)}
            </span>
          ))}
          .
        </li>
      )}
      {proposed.coverage !== null && (
        <li>
          {formatShare(proposed.coverage)} of all items are shown to somebody
          {others.map((row) => (
            <span key={row.subject}>
              ; with {named(row)} {formatShare(row.coverage)}
            </span>
          ))}
          .
        </li>
      )}
      <li className="muted">
        Measured on {formatCount(proposed.people)} people, by choices kept from the training.
      </li>
    </ul>
  );
}

function named(row: MetricsRow): string {
  return row.subject === CHAMPION ? "what is live now" : "the popularity list";
}

function role(row: MetricsRow, report: QaReport): string {
  if (row.subject === report.candidate) return "proposed";
  if (row.subject === CHAMPION) return "live now";
  return row.subject === BASELINE ? "simplest, the yardstick" : "also tried";
}

function rank(row: MetricsRow, report: QaReport): number {
  if (row.subject === report.candidate) return 0;
  if (row.subject === CHAMPION) return 1;
  return row.subject === BASELINE ? 2 : 3;
}
