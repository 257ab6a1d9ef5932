import type { QaReport } from "../../core/qa-report.ts";
import { formatCount, formatShare } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";
import { inOrder } from "./names.ts";
import { SubjectCell } from "./subject-cell.tsx";

/** How many people get a full list, how many items are shown to somebody, and what those items earn. */
export function Reach({ report }: { report: QaReport }) {
  if (report.reach.length === 0) return null;
  return (
    <section aria-labelledby="reach">
      <h2 id="reach">How far it reaches</h2>
      <p className="lead">
        Shares of {formatCount(report.people)} people, of {formatCount(report.items)} items, and of all{" "}
        {report.valueLabel}.
      </p>
      <Table
        label="Reach"
        head={
          <>
            <th scope="col">What</th>
            <th scope="col">People with a full list</th>
            <th scope="col">Items shown to somebody</th>
            <th scope="col">Share of {report.valueLabel}</th>
          </>
        }
      >
        {inOrder(report.reach, report).map((row) => (
          <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
            <SubjectCell subject={row.subject} report={report} />
            <ShareCell share={row.people} />
            <ShareCell share={row.items} />
            <ShareCell share={row.value} />
          </tr>
        ))}
      </Table>
    </section>
  );
}

function ShareCell({ share }: { share: number | null }) {
  if (share === null) return <td className="muted">cannot tell</td>;
  return (
    <td className="share-cell">
      <span className="figure">{formatShare(share)}</span>
      <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className="bar-ground" width="100" height="10" />
        <rect className="bar-plain" width={100 * Math.max(0, Math.min(1, share))} height="10" />
      </svg>
    </td>
  );
}
