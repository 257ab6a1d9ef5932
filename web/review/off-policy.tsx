import { OFF_POLICY_TITLE, offPolicyBasis, offPolicyFigure } from "../../core/off-policy-words.ts";
import type { Estimate, OffPolicy, QaReport } from "../../core/qa-report.ts";
import { Table } from "../parts/table.tsx";
import { SubjectCell } from "./subject-cell.tsx";

/** What the candidate would have earned, plainly as an estimate. */
export function OffPolicyPart({ report, offPolicy }: { report: QaReport; offPolicy: OffPolicy }) {
  return (
    <section aria-labelledby="off-policy">
      <h2 id="off-policy">{OFF_POLICY_TITLE}</h2>
      <p className="lead">{offPolicy.explanation}</p>
      {offPolicy.lists > 0 && (
        <details className="more-rows">
          <summary>The figures behind it</summary>
          <p className="muted">{offPolicyBasis(offPolicy)}</p>
          <Table
            label={`Estimated ${offPolicy.reward} per 1,000 items shown`}
            head={
              <>
                <th scope="col">{offPolicy.reward} per 1,000 items</th>
                <th scope="col" className="number">
                  Doubly robust
                </th>
                <th scope="col" className="number">
                  Self-normalised
                </th>
                <th scope="col" className="number">
                  Inverse propensity
                </th>
              </>
            }
          >
            {offPolicy.subjects.map((row) => (
              <tr key={row.subject} className={row.subject === report.candidate ? "strong" : ""}>
                <SubjectCell subject={row.subject} report={report} />
                <Range of={row.doublyRobust} />
                <Range of={row.selfNormalised} />
                <Range of={row.inversePropensity} />
              </tr>
            ))}
          </Table>
        </details>
      )}
    </section>
  );
}

function Range({ of }: { of: Estimate | null }) {
  if (!of) return <td className="number">–</td>;
  return (
    <td className="number">
      {offPolicyFigure(of.mean)}
      <div className="muted small">
        {offPolicyFigure(of.low)} to {offPolicyFigure(of.high)}
      </div>
    </td>
  );
}
