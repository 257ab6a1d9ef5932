import type { ExperimentLook } from "../../core/experiment/look.ts";
import { formatPercent } from "../../core/experiment/metric-words.ts";
import { capital, formatLost, saySampleRatio, UNIT_WORDS } from "../../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { formatCount } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";

/** Whether the comparison is a fair one: who is in which arm, and what they were answered by. */
export function Soundness({ report, look }: { report: ExperimentReport; look: ExperimentLook }) {
  const { plan } = report.experiment;
  const { counts, sampleRatio } = look.analysis;
  const all = counts.reduce((sum, { units }) => sum + units, 0);
  const isCounted = counts.some(({ given }) => given);
  return (
    <section aria-labelledby="soundness">
      <h2 id="soundness">Is the comparison fair?</h2>
      <p className="lead">{saySampleRatio(sampleRatio)}</p>
      <Table
        label="Arms"
        head={
          <>
            <th scope="col">Arm</th>
            <th scope="col" className="number">
              Share planned
            </th>
            <th scope="col" className="number">
              Share seen
            </th>
            <th scope="col" className="number">
              {capital(UNIT_WORDS[plan.unit])}
            </th>
            <th scope="col" className="number">
              Answers
            </th>
            <th scope="col" className="number">
              By the popularity list instead
            </th>
            {isCounted && (
              <th scope="col" className="number">
                Lost on the way
              </th>
            )}
          </>
        }
      >
        {plan.arms.map(({ name, share }) => {
          const of = counts.find(({ arm }) => arm === name);
          return (
            <tr key={name}>
              <th scope="row">
                {name}
                {name === plan.control && <div className="muted small">the control</div>}
              </th>
              <td className="number">{formatPercent(share)}</td>
              <td className="number">{of && all > 0 ? formatPercent(of.units / all) : "–"}</td>
              <td className="number">{formatCount(of?.units ?? 0)}</td>
              <td className="number">{formatCount(of?.answers ?? 0)}</td>
              <td className="number">
                {of && of.answers > 0 ? formatPercent(of.fallbacks / of.answers) : "–"}
              </td>
              {isCounted && <td className="number">{formatLost(of?.given)}</td>}
            </tr>
          );
        })}
      </Table>
      {isCounted && (
        <p className="muted small">
          Lost on the way: of the answers that servers counted as they gave them, those of which no exposure
          came.
        </p>
      )}
    </section>
  );
}
