import type { QaReport } from "../../core/qa-report.ts";
import { formatFigure } from "../lib/figures.ts";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import { tellBehaviour } from "./behaviour-words.ts";
import { inOrder } from "./names.ts";
import { SubjectCell } from "./subject-cell.tsx";

/** How lists behave, in plain words; the figures behind them on request. */
export function BehaviourPart({ report }: { report: QaReport }) {
  const sentences = tellBehaviour(report);
  return (
    <section aria-labelledby="behaviour">
      <h2 id="behaviour">How lists behave</h2>
      {sentences.length === 0 ? (
        <Empty>It cannot be told in this run.</Empty>
      ) : (
        <>
          <ul className="sentences">
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <details className="more-rows">
            <summary>The figures behind it</summary>
            <Figures report={report} />
          </details>
        </>
      )}
    </section>
  );
}

function Figures({ report }: { report: QaReport }) {
  return (
    <Table
      label="Behaviour"
      head={
        <>
          <th scope="col">What</th>
          <th scope="col" className="number">
            Overlap
          </th>
          <th scope="col" className="number">
            Rank correlation
          </th>
          <th scope="col" className="number">
            Diversity
          </th>
          <th scope="col" className="number">
            Novelty
          </th>
          <th scope="col" className="number">
            Top tenth
          </th>
        </>
      }
    >
      {inOrder(report.behaviour, report).map((row) => (
        <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
          <SubjectCell subject={row.subject} report={report} />
          <td className="number">{formatFigure(row.overlap, "share")}</td>
          <td className="number">{formatFigure(row.rankCorrelation, "correlation")}</td>
          <td className="number">{formatFigure(row.diversity, "share")}</td>
          <td className="number">{formatFigure(row.novelty, "bits")}</td>
          <td className="number">{formatFigure(row.topDecileShare, "share")}</td>
        </tr>
      ))}
    </Table>
  );
}
