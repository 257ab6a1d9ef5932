import { type DayInterval, intervalPlot } from "../../core/experiment/interval-plot.ts";
import { formatChange } from "../../core/experiment/metric-words.ts";
import { promisedLift } from "../../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { useNarrow } from "../lib/screen.ts";
import { Table } from "../parts/table.tsx";

const WIDE = { width: 900, height: 280, left: 64, bottom: 28 };
const NARROW = { width: 340, height: 240, left: 56, bottom: 28 };

/** The primary metric's interval after each day, with the gain that the plan asks for drawn in; the table says the same. */
export function IntervalPlot({ report, arm }: { report: ExperimentReport; arm: string }) {
  const frame = useNarrow() ? NARROW : WIDE;
  const { plan } = report.experiment;
  const points = report.course.flatMap(({ day, lifts }): DayInterval[] => {
    const lift = lifts[arm];
    return lift ? [{ day, ...lift }] : [];
  });
  const promised = promisedLift(plan);
  const plot = intervalPlot(points, { promised, days: plan.days, frame });
  if (!plot) return null;
  const { width, height, left } = frame;
  return (
    <figure className="interval-plot">
      <figcaption>
        Change of {plan.primary.metric} after each day. The line across is no change, the dashed one what the
        plan asks for ({formatChange(promised)}).
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Intervals of ${arm} over the days; the table below says the same`}
      >
        {plot.levels.map(({ y, value }) => (
          <g key={value}>
            <line className="plot-grid" x1={left} x2={width} y1={y} y2={y} />
            <text className="plot-text" x={left - 8} y={y + 4} textAnchor="end">
              {formatChange(value)}
            </text>
          </g>
        ))}
        {plot.days.map(({ x, day }) => (
          <text className="plot-text" key={day} x={x} y={height - 8} textAnchor="middle">
            {day === 0 ? "day 0" : day}
          </text>
        ))}
        <line className="plot-end" x1={plot.end} x2={plot.end} y1="0" y2={height - frame.bottom} />
        <line className="plot-zero" x1={left} x2={width} y1={plot.zero} y2={plot.zero} />
        <line className="plot-promised" x1={left} x2={width} y1={plot.promised} y2={plot.promised} />
        {plot.marks.map(({ day, x, estimate, low, high, isCut }) => (
          <g key={day}>
            <line
              className={isCut ? "plot-interval plot-cut" : "plot-interval"}
              x1={x}
              x2={x}
              y1={low}
              y2={high}
            />
            <circle className="plot-estimate" cx={x} cy={estimate} r="4" />
          </g>
        ))}
      </svg>
      <details className="fold">
        <summary>The same as a table</summary>
        <Table
          label={`Change of ${plan.primary.metric} with ${arm}, day by day`}
          head={["Day", "Change", "Somewhere between"].map((title) => (
            <th scope="col" key={title} className={title === "Day" ? "" : "number"}>
              {title}
            </th>
          ))}
        >
          {points.map(({ day, estimate, low, high }) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              <td className="number">{formatChange(estimate)}</td>
              <td className="number">
                {formatChange(low)} and {formatChange(high)}
              </td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}
