import { isOpen } from "../lib/words.ts";
import { Age, Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { useReview } from "./context.ts";
import { openQuestions, sayApprovals } from "./decision-words.ts";
import { ImportedNote } from "./imported-note.tsx";

const PARTS = [
  ["first", "Look first"],
  ["shelves", "Lists"],
  ["checks", "Checks"],
  ["reach", "Reach"],
  ["slices", "Groups"],
  ["behaviour", "Behaviour"],
  ["metrics", "Quality"],
  ["comments", "Comments"],
] as const;

/** When it opened and ends, what it takes the place of, and where things are on this long page. */
export function ReviewHead() {
  const { review } = useReview();
  const open = isOpen(review.state);
  return (
    <>
      <p className="muted dates">
        Opened <Moment at={review.openedAt} />
        {open && (
          <>
            {" "}
            · without a decision it expires in <Age at={review.expiresAt} />
          </>
        )}{" "}
        · <a href={`/models/${encodeURIComponent(review.model)}/versions`}>what is live now</a> ·{" "}
        <a href={`/api/runs/${encodeURIComponent(review.runId)}/report.html`}>report to print or send</a>
      </p>
      {review.supersedes !== null && (
        <p className="muted dates">
          It takes the place of run <ReviewLink runId={review.supersedes} />; what was said of that one stands
          there.
        </p>
      )}
      {review.askedBefore.map(({ id, by, reason }) => (
        <Notice key={id} tone="quiet" icon="question" title={`${by} had asked for changes`}>
          <blockquote>{reason}</blockquote>
        </Notice>
      ))}
      {review.openIncidents.map(({ id, title }) => (
        <p key={id} className="side-note tone-warn">
          <strong>Open incident:</strong> <a href={`/incidents/${id}`}>{title}</a>
        </p>
      ))}
      <ImportedNote />
      <nav className="parts" aria-label="On this page">
        <ul>
          {PARTS.map(([id, label]) => (
            <li key={id}>
              <a href={`#${id}`}>{label}</a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

/** That another run is looked at instead, above a verdict that counts no more. */
export function SupersededNote() {
  const { review } = useReview();
  if (review.supersededBy === null) return null;
  return (
    <p className="side-note tone-warn">
      <strong>A newer run took its place:</strong> <ReviewLink runId={review.supersededBy} />. What follows is
      kept for the record.
    </p>
  );
}

/** What somebody asked, above the verdict: it must not be overlooked that an answer is due first. */
export function QuestionNote() {
  const { review } = useReview();
  return openQuestions(review).map(({ id, by, onBehalfOf, reason, at }) => (
    <Notice
      key={id}
      tone="warn"
      icon="question"
      title={`${by} asked for changes${onBehalfOf === null ? "" : ` in the place of ${onBehalfOf}`}`}
    >
      {reason && <blockquote>{reason}</blockquote>}
      <p className="small">
        <Moment at={at} />. It cannot go live before another run answers this, or {by} decides.
      </p>
      {review.answeredByNoChange.map(({ runId, reason: found }) => (
        <p key={runId} className="small">
          Run <a href={`/runs/${encodeURIComponent(runId)}`}>{runId}</a> looked again and changed nothing:{" "}
          {found}
        </p>
      ))}
    </Notice>
  ));
}

/** At the foot of a phone's window: how it stands, and the way to the decision. */
export function DecideBar() {
  const { review } = useReview();
  if (!isOpen(review.state)) return null;
  const isAsked = review.state === "changes_requested";
  return (
    <p className="decide-bar narrow-only">
      <span>{isAsked ? "A question is open" : sayApprovals(review)}</span>
      <a className={review.mayDecide && !isAsked ? "button primary" : "button"} href="#decision">
        {review.mayDecide ? "Go to the decision" : "See the decision"}
      </a>
    </p>
  );
}

function ReviewLink({ runId }: { runId: string }) {
  return <a href={`/runs/${encodeURIComponent(runId)}/review`}>{runId}</a>;
}
