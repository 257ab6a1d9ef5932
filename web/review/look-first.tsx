import type { QaReport, Slice } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";
import { CheckCard } from "./check-card.tsx";
import { failedChecks, worseServed } from "./order.ts";
import { sayChange } from "./slice-words.ts";
import { UnreachableItems } from "./unreachable.tsx";

/** So many are read in full; the others are there on request. */
const CHECKS_SHOWN = 6;
const SLICES_SHOWN = 3;
const ITEMS_SHOWN = 5;

/** What failed, who is served worse, and what of value is lost: the five minutes of somebody who decides. */
export function LookFirst({ report }: { report: QaReport }) {
  const failed = failedChecks(report.checks);
  const worse = worseServed(report);
  const lost = report.unreachable;
  const nothing = failed.length === 0 && worse.length === 0 && lost.items.length === 0;
  const more = failed.slice(CHECKS_SHOWN);
  return (
    <section aria-labelledby="first">
      <h2 id="first">Look at this first</h2>
      {nothing && (
        <p className="empty">
          Nothing stands out: no check failed, no group of people is served worse, no item of value is lost.
          Look at <a href="#shelves">a few shelves</a>.
        </p>
      )}
      <div className="checks">
        {failed.slice(0, CHECKS_SHOWN).map((check) => (
          <CheckCard key={check.id} check={check} level={3} />
        ))}
        {more.length > 0 && (
          <details className="fold">
            <summary>{plural(more.length, "more check", "more checks")} that failed</summary>
            <div className="checks">
              {more.map((check) => (
                <CheckCard key={check.id} check={check} level={3} />
              ))}
            </div>
          </details>
        )}
        {worse.length > 0 && <WorseServed slices={worse} />}
        {lost.items.length > 0 && <UnreachableItems report={report} shown={ITEMS_SHOWN} />}
      </div>
    </section>
  );
}

function WorseServed({ slices }: { slices: Slice[] }) {
  return (
    <article className="check tone-warn" aria-labelledby="worse">
      <h3 id="worse">
        {slices.length === 1 ? "One group of people is" : `${slices.length} groups of people are`} served
        worse
      </h3>
      <ul className="plain-rows">
        {slices.slice(0, SLICES_SHOWN).map((slice) => (
          <li key={`${slice.segment} ${slice.slice}`}>
            <strong>
              {slice.segment} {slice.slice}
            </strong>{" "}
            <span className="muted">({plural(slice.people, "person", "people")})</span>: {sayChange(slice)}
          </li>
        ))}
      </ul>
      <p className="small">
        <a href="#slices">
          {slices.length > SLICES_SHOWN
            ? `All ${slices.length} of them, and every other group`
            : "Every group of people"}
        </a>
      </p>
    </article>
  );
}
