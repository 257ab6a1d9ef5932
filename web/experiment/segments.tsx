import type { Segments as Found } from "../../core/experiment/look.ts";
import { formatChange, formatInterval, formatP } from "../../core/experiment/metric-words.ts";
import { capital, saySegments, segmentedBy, segmentName } from "../../core/experiment/plain-words.ts";
import { formatCount } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";

const HEADS = ["Metric", "Arm", "People", "Change", "Somewhere between", "p, corrected"];

/** Parts of the people, folded away: they are for ideas, and decide nothing. */
export function Segments({ segments }: { segments: Found | undefined }) {
  if (!segments) return null;
  return (
    <section aria-labelledby="segments">
      <h2 id="segments">Exploratory: by {segmentedBy(segments)}</h2>
      <details className="folds">
        <summary className="fold-title">
          The same comparison in each part of the people; decides nothing
        </summary>
        <p className="fold-text muted">{saySegments(segments)}</p>
        {segments.rows.length > 0 && (
          <Table
            label={`By ${segmentedBy(segments)}`}
            head={[capital(segmentedBy(segments)), ...HEADS].map((title, at) => (
              <th scope="col" className={at > 2 ? "number" : ""} key={title}>
                {title}
              </th>
            ))}
          >
            {segments.rows.map(({ segment, metric, arm, units, lift, correctedP }) => (
              <tr key={`${segment} ${metric} ${arm}`}>
                <th scope="row">{segmentName(segment)}</th>
                <td>{metric}</td>
                <td>{arm}</td>
                <td className="number">{formatCount(units.control + units.treatment)}</td>
                <td className="number">{lift ? formatChange(lift.estimate) : "–"}</td>
                <td className="number">{lift ? formatInterval(lift) : "cannot tell"}</td>
                <td className="number">{formatP(correctedP)}</td>
              </tr>
            ))}
          </Table>
        )}
      </details>
    </section>
  );
}
