import type { ExperimentReport } from "../../core/experiment/report.ts";
import { formatCount } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";

/** How many came to each arm, day by day; the newest first. */
export function ArmDays({ report: { experiment, days } }: { report: ExperimentReport }) {
  if (days.length === 0) return null;
  const arms = experiment.plan.arms.map(({ name }) => name);
  const dates = [...new Set(days.map(({ day }) => day))].sort().reverse();
  return (
    <section aria-labelledby="days">
      <h2 id="days">Day by day</h2>
      <details className="folds">
        <summary className="fold-title">New in each arm, and answers given, by day (UTC)</summary>
        <Table
          label="Arms by day"
          head={
            <>
              <th scope="col">Day</th>
              {arms.flatMap((arm) =>
                ["new", "answers"].map((what) => (
                  <th scope="col" className="number" key={`${arm} ${what}`}>
                    {arm}: {what}
                  </th>
                )),
              )}
            </>
          }
        >
          {dates.map((date) => (
            <tr key={date}>
              <th scope="row" className="nowrap">
                {date}
              </th>
              {arms.flatMap((name) => {
                const of = days.find(({ day, arm }) => day === date && arm === name);
                return [of?.newUnits ?? 0, of?.answers ?? 0].map((count, at) => (
                  <td className="number" key={`${name} ${at === 0 ? "new" : "answers"}`}>
                    {formatCount(count)}
                  </td>
                ));
              })}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}
