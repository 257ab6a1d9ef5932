import type { QaReport, UnreachableItem } from "../../core/qa-report.ts";
import { sayNewlyLost } from "../../core/report-words.ts";
import { plural } from "../../core/words.ts";
import { formatCount, formatShare } from "../lib/format.ts";

/** Items that earn something and that no list shows any more, sorted by what they earn. */
export function UnreachableItems({ report, shown }: { report: QaReport; shown: number }) {
  const { count, newlyLost, valueShare, items } = report.unreachable;
  const rest = items.slice(shown);
  return (
    <article className="check tone-warn" id="unreachable" tabIndex={-1} aria-labelledby="unreachable-title">
      <h3 id="unreachable-title">
        {plural(count, "item")} of value {count === 1 ? "is" : "are"} shown to nobody
      </h3>
      <p>
        {valueShare === null
          ? `How much of all ${report.valueLabel} they stand for cannot be told.`
          : `Together they stand for ${formatShare(valueShare)} of all ${report.valueLabel}.`}{" "}
        {sayNewlyLost(newlyLost)}
        The most valuable first:
      </p>
      <Items items={items.slice(0, shown)} label={report.valueLabel} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Items items={rest} label={report.valueLabel} />
        </details>
      )}
    </article>
  );
}

function Items({ items, label }: { items: UnreachableItem[]; label: string }) {
  return (
    <ol className="lost-items">
      {items.map((item) => (
        <li key={item.itemId}>
          <span className="lost-title">{item.title}</span>
          <span className="muted small">
            {formatCount(Math.round(item.value))} {label} ({formatShare(item.valueShare)})
            {item.championPeople !== null &&
              (item.championPeople > 0
                ? ` · today shown to ${plural(item.championPeople, "person", "people")}`
                : " · shown to nobody today either")}
          </span>
        </li>
      ))}
    </ol>
  );
}
