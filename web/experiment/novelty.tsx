import type { Novelty as Found } from "../../core/experiment/look.ts";
import { formatChange, formatPercent } from "../../core/experiment/metric-words.ts";
import { sayNovelty } from "../../core/experiment/plain-words.ts";
import { Table } from "../parts/table.tsx";

/** Whether the effect lasts: said where it surely changes, folded away with its days otherwise. */
export function Novelty(props: { novelty: Found | undefined; arm: string; metric: string }) {
  const { novelty, arm, metric } = props;
  if (!novelty) return null;
  const said = sayNovelty(novelty, { arm, metric });
  const isSure = novelty.verdict !== "none";
  return (
    <>
      {isSure && <p>{said}</p>}
      <details className="fold">
        <summary>By days since people first met it</summary>
        {!isSure && <p>{said}</p>}
        <Table
          label={`Change of ${metric} with ${arm}, by days since the first list`}
          head={["Day", "Change", "Standard error"].map((title) => (
            <th scope="col" key={title} className={title === "Day" ? "" : "number"}>
              {title}
            </th>
          ))}
        >
          {novelty.days.map(({ day, days, lift, error }) => (
            <tr key={day}>
              <th scope="row">{days === 1 ? day + 1 : `${day + 1} to ${day + days}`}</th>
              <td className="number">{formatChange(lift)}</td>
              <td className="number">{formatPercent(error)}</td>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}
