import type { ExperimentLook } from "../../core/experiment/look.ts";
import { formatInterval, formatP } from "../../core/experiment/metric-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { Table } from "../parts/table.tsx";

/** For who knows statistics: folded away, since the sentences above say what follows from them. */
export function Statistics({ report, look }: { report: ExperimentReport; look: ExperimentLook }) {
  const { plan } = report.experiment;
  const rows = look.analysis.arms.flatMap(({ arm, metrics }) => metrics.map((metric) => ({ arm, metric })));
  const isAdjusted = rows.some(({ metric }) => metric.unadjustedLift);
  const hasFallback = rows.some(({ metric }) => metric.withoutFallback);
  return (
    <section aria-labelledby="statistics">
      <h2 id="statistics">For statisticians</h2>
      <details className="folds">
        <summary className="fold-title">Intervals and p-values of every metric</summary>
        <p className="fold-text muted">
          Always-valid intervals hold at every look. p-values are those of the lift: Holm&rsquo;s of what
          decides, Benjamini and Hochberg&rsquo;s of all others.
          {isAdjusted &&
            ` What people did in the ${plan.adjustBy} before is taken out (CUPED); the column without has it left in.`}
          {hasFallback &&
            " Intervals are by intention to treat; the last column leaves out whom the popularity list answered in their arm's place, and decides nothing."}
        </p>
        <Table
          label="Statistics"
          head={["Metric", "Arm", "Always-valid", "One look alone", "p, corrected"]
            .concat(isAdjusted ? "Without CUPED" : [], hasFallback ? "Without the fallback" : [])
            .map((title, at) => (
              <th scope="col" className={at > 1 ? "number" : ""} key={title}>
                {title}
              </th>
            ))}
        >
          {rows.map(({ arm, metric }) => (
            <tr key={`${arm} ${metric.metric}`}>
              <th scope="row">{metric.metric}</th>
              <td>{arm}</td>
              {[metric.lift, metric.fixedLift].map((lift, at) => (
                <td className="number" key={at === 0 ? "always" : "once"}>
                  {lift ? formatInterval(lift) : "–"}
                </td>
              ))}
              <td className="number">{formatP(metric.correctedP)}</td>
              {isAdjusted && (
                <td className="number">
                  {metric.unadjustedLift ? formatInterval(metric.unadjustedLift) : "–"}
                </td>
              )}
              {hasFallback && (
                <td className="number">
                  {metric.withoutFallback?.lift ? formatInterval(metric.withoutFallback.lift) : "–"}
                </td>
              )}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}
