import type { Check } from "../../core/qa-report.ts";
import { checkLook } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Comments } from "./comments.tsx";
import { CheckFigure } from "./figure.tsx";

/** Worst examples that are shown without asking for more. */
const EXAMPLES_SHOWN = 5;

/** One check: what came out in a sentence, the figures, the worst of it, and what people say about it. */
export function CheckCard({ check, level }: { check: Check; level: 3 | 4 }) {
  const Heading = `h${level}` as const;
  const look = checkLook(check);
  const id = checkAnchor(check.id);
  return (
    <article className={`check tone-${look.tone}`} id={id} tabIndex={-1} aria-labelledby={`${id}-title`}>
      <div className="check-head">
        <Heading id={`${id}-title`}>{check.title}</Heading>
        <Badge look={look} />
      </div>
      <p>{check.explanation}</p>
      <CheckFigure check={check} />
      {check.examples.length > 0 && <Examples check={check} />}
      <Comments checkId={check.id} about={check.title} link={`#${id}`} />
    </article>
  );
}

/** Where a check stands on the page; links from messages point there. */
function checkAnchor(checkId: string): string {
  return `check-${checkId}`;
}

function Examples({ check }: { check: Check }) {
  const rest = check.examples.slice(EXAMPLES_SHOWN);
  return (
    <div className="examples">
      <p className="muted">{check.verdict === "pass" ? "For example" : "The worst of it"}</p>
      <List examples={check.examples.slice(0, EXAMPLES_SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <List examples={rest} />
        </details>
      )}
    </div>
  );
}

function List({ examples }: { examples: string[] }) {
  return (
    <ul>
      {examples.map((example, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may read the same, and a report never changes
        <li key={index}>{example}</li>
      ))}
    </ul>
  );
}
