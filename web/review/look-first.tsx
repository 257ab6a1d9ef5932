import type { Check, QaReport, Slice } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";
import { checkLook } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { CheckCard } from "./check-card.tsx";
import { failedChecks, worseServed } from "./order.ts";
import { sayChange } from "./slice-words.ts";
import { UnreachableItems } from "./unreachable.tsx";

/** As many are read in full; where there are more, only the first few are, and of the others the titles. */
const READ_IN_FULL = 6;
const FIRST_OF_MANY = 3;
const SLICES_SHOWN = 3;
const ITEMS_SHOWN = 5;

/** What failed, who is served worse, and what of value is lost: the five minutes of somebody who decides. */
export function LookFirst({ report }: { report: QaReport }) {
  const failed = failedChecks(report.checks);
  const worse = worseServed(report);
  const lost = report.unreachable;
  const nothing = failed.length === 0 && worse.length === 0 && lost.items.length === 0;
  const inFull = failed.length > READ_IN_FULL ? FIRST_OF_MANY : failed.length;
  const more = failed.slice(inFull);
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
        {failed.slice(0, inFull).map((check) => (
          <CheckCard key={check.id} check={check} level={3} />
        ))}
        {more.length > 0 && (
          <>
            <p>{plural(more.length, "more", "more")}, what had to pass first:</p>
            <div className="folds">
              {more.map((check) => (
                <FoldedCheck key={check.id} check={check} />
              ))}
            </div>
          </>
        )}
        {worse.length > 0 && <WorseServed slices={worse} />}
        {lost.items.length > 0 && <UnreachableItems report={report} shown={ITEMS_SHOWN} />}
      </div>
    </section>
  );
}

function FoldedCheck({ check }: { check: Check }) {
  return (
    <details className="fold">
      <summary>
        <Badge look={checkLook(check)} /> {check.title}
        {check.owner !== null && <span className="muted small"> · {check.owner}</span>}
      </summary>
      <CheckCard check={check} level={3} />
    </details>
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
            <span className="muted">({plural(slice.people, "person", "people")})</span>:{" "}
            {slice.change ? sayChange(slice) : slice.explanation}
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
