import type { QaReport, Slice } from "../../core/qa-report.ts";
import { formatCount, formatScore, formatShare } from "../lib/format.ts";
import { VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import { sayChange, sayEstimate } from "./slice-words.ts";
import { type Axis, axisOf, Whisker } from "./whisker.tsx";

const SHOWN = 12;

/** How each group of people is served, the worst first; where it cannot be told, it says so. */
export function Slices({ report }: { report: QaReport }) {
  const { slices } = report;
  const axes = {
    ndcg: axisOf(slices.flatMap(({ ndcg, championNdcg }) => [ndcg, championNdcg])),
    change: axisOf(slices.map(({ change }) => change)),
  };
  const bounded = new Set(report.checks.filter(({ group }) => group === "slice").map(({ id }) => id));
  const rest = slices.slice(SHOWN);
  return (
    <section aria-labelledby="slices">
      <h2 id="slices">Groups of people</h2>
      {slices.length === 0 ? (
        <Empty>
          The definition names no groups; list them under <code>qa.segments</code>, and each is judged by
          itself.
        </Empty>
      ) : (
        <>
          <p className="lead">
            The worst first: {sortedBy(slices)}. How well lists fit is NDCG@{report.k}, on choices kept from
            the training; lines show where it lies with 95 % certainty.
          </p>
          <SliceTable
            label="Groups of people, the worst first"
            slices={slices.slice(0, SHOWN)}
            axes={axes}
            bounded={bounded}
          />
          {rest.length > 0 && (
            <details className="more-rows">
              <summary>{formatCount(rest.length)} more groups</summary>
              <SliceTable label="More groups of people" slices={rest} axes={axes} bounded={bounded} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

/** What stands behind their order, after those that fail and may fail. */
function sortedBy(slices: readonly Slice[]): string {
  return slices.some(({ change }) => change)
    ? "by what they lose against what is live"
    : "by how well lists fit";
}

interface Axes {
  ndcg: Axis | undefined;
  change: Axis | undefined;
}

interface SliceTableProps {
  label: string;
  slices: Slice[];
  axes: Axes;
  /** Ids of the checks that bound a segment's loss; a group without one has no limit to pass. */
  bounded: ReadonlySet<string>;
}

function SliceTable({ label, slices, axes, bounded }: SliceTableProps) {
  return (
    <Table
      label={label}
      head={
        <>
          <th scope="col">Group</th>
          <th scope="col" className="wide-only">
            How well lists fit
          </th>
          <th scope="col">Against what is live</th>
          <th scope="col" className="wide-only">
            Full lists
          </th>
        </>
      }
    >
      {slices.map((slice) => (
        <tr key={`${slice.segment} ${slice.slice}`}>
          <th scope="row">
            {slice.segment}: {slice.slice}
            <div className="muted small">
              {formatCount(slice.people)} people, {formatCount(slice.judged)} judged
            </div>
            {(slice.verdict !== "pass" || bounded.has(`slice.${slice.segment}`)) && (
              <Badge look={VERDICT_LOOKS[slice.verdict]} />
            )}
          </th>
          <td className="wide-only">
            {slice.ndcg && axes.ndcg ? (
              <>
                <span className="figure">{formatScore(slice.ndcg.mean)}</span>
                <Whisker
                  estimate={slice.ndcg}
                  axis={axes.ndcg}
                  tone="plain"
                  label={sayEstimate(slice.ndcg)}
                />
              </>
            ) : (
              <CannotTell slice={slice} />
            )}
          </td>
          <td>
            {slice.change && axes.change ? (
              <Change slice={slice} axis={axes.change} />
            ) : (
              <CannotTell slice={slice} />
            )}
          </td>
          <td className="wide-only number">{formatShare(slice.fullShelves)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Change({ slice, axis }: { slice: Slice; axis: Axis }) {
  const { change } = slice;
  if (!change) return null;
  const tone = change.high < 0 ? "bad" : change.low > 0 ? "good" : "plain";
  return (
    <>
      {sayChange(slice)}
      <Whisker estimate={change} axis={axis} tone={tone} label={`Difference: ${sayEstimate(change)}`} />
    </>
  );
}

/** Never 0 where it isn't known. */
function CannotTell({ slice }: { slice: Slice }) {
  return (
    <span className="muted">
      {slice.ndcg === null ? (
        <>
          cannot tell <span className="small">(too few judged)</span>
        </>
      ) : slice.championNdcg === null ? (
        "nothing to compare with"
      ) : (
        "cannot tell"
      )}
    </span>
  );
}
