import { useEffect, useRef, useState } from "react";
import type { NewDecision } from "../../core/api.ts";
import { shortDigest } from "../lib/format.ts";
import { useSession } from "../lib/session.ts";
import { isOpen } from "../lib/words.ts";
import { CodeForTemporal } from "./code-for-temporal.tsx";
import { useReview } from "./context.ts";
import { DecisionDialog } from "./decision-dialog.tsx";
import { DecisionList } from "./decision-list.tsx";
import { sayApprovals, whoWaits } from "./decision-words.ts";

type Verdict = NewDecision["verdict"];
type Seen = NonNullable<NewDecision["seen"]>;

/** How many approvals stand, who decided what, and the way to decide for exactly what is shown. */
export function DecisionPanel(props: {
  seen(): Seen;
  /** Sends the decision; what it throws is shown where the reason was typed. */
  decide(verdict: Verdict, reason: string): Promise<void>;
}) {
  const { review } = useReview();
  const [asking, setAsking] = useState<Verdict>();
  const open = isOpen(review.state);
  const heading = useRef<HTMLHeadingElement>(null);
  const hasAsked = useRef(false);
  useEffect(() => {
    // the button that asked is gone when there is nothing left to decide: keyboard and reader go on from here
    if (hasAsked.current && !asking && document.activeElement === document.body) heading.current?.focus();
    hasAsked.current = asking !== undefined;
  }, [asking]);
  return (
    <aside className="card decision" aria-labelledby="decision">
      <h2 id="decision" tabIndex={-1} ref={heading}>
        Decision
      </h2>
      {(open || review.decisions.length > 0) && <Approvals />}
      <DecisionList decisions={review.decisions} />
      <Ended />
      {open && <Asked />}
      {open && (review.mayDecide ? <Choices onAsk={setAsking} /> : <MayNot />)}
      {open && review.mayDecide && <CodeForTemporal seen={props.seen} />}
      <p className="muted small digests">
        Release <code title={review.releaseDigest}>{shortDigest(review.releaseDigest)}</code>, report{" "}
        <code title={review.reportDigest}>{shortDigest(review.reportDigest)}</code>: a decision counts for
        these two only.
      </p>
      {asking && (
        <DecisionDialog
          verdict={asking}
          seen={props.seen()}
          onConfirm={(reason) => props.decide(asking, reason)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </aside>
  );
}

function Approvals() {
  const { review } = useReview();
  const places = Array.from({ length: Math.min(review.approvalsNeeded, 10) }, (_, index) => index);
  return (
    <p className="approvals" role="status">
      <svg width={places.length * 18} height="14" aria-hidden="true">
        {places.map((place) => (
          <circle
            key={place}
            className={place < review.approvals ? "approval given" : "approval"}
            cx={place * 18 + 7}
            cy="7"
            r="5.5"
          />
        ))}
      </svg>
      <strong>{sayApprovals(review)}</strong>
    </p>
  );
}

/** Why there is nothing to decide any more, where no decision above says it. */
function Ended() {
  const { review } = useReview();
  const runOf = (runId: string) => <a href={`/runs/${encodeURIComponent(runId)}/review`}>{runId}</a>;
  if (review.state === "expired") return <p>Nobody decided in time; nothing was changed.</p>;
  if (review.state === "stopped")
    return (
      <p>The run ended before anybody was asked, so there is nothing to decide; what is live stays live.</p>
    );
  if (review.state === "superseded")
    return <p>A newer run took its place{review.supersededBy && <>: {runOf(review.supersededBy)}</>}.</p>;
  if (isOpen(review.state)) return null;
  return (
    <p>
      <a href={`/runs/${encodeURIComponent(review.runId)}`}>See the run</a>
    </p>
  );
}

/** Before any invitation to decide, and for those who may not decide, too. */
function Asked() {
  const { review } = useReview();
  const { me } = useSession();
  const asked = whoWaits(review, me.name);
  if (!asked) return null;
  return (
    <p className="side-note tone-warn">
      <strong>It cannot go live yet.</strong> Another run answers {asked.names} and takes this one's place, or{" "}
      {asked.names} {asked.isOne ? "decides" : "decide"} after all.
    </p>
  );
}

function MayNot() {
  const { review } = useReview();
  return (
    <div className="may-not">
      <p>
        <strong>You cannot decide this.</strong>{" "}
        {review.mayNotDecideBecause ?? "With your role you can read it, not decide."}
        {review.mayComment && " You can comment on every check, for those who decide."}
      </p>
    </div>
  );
}

function Choices({ onAsk }: { onAsk(verdict: Verdict): void }) {
  const { review } = useReview();
  const { me } = useSession();
  const asked = whoWaits(review, me.name);
  const look = review.needsOverride ? "danger" : asked ? "" : "primary";
  return (
    <>
      {review.needsOverride && (
        <p className="side-note tone-bad">
          A check that must pass failed. To put it live nevertheless, {review.approvalsNeeded} people must
          override it, each with a reason. The check stays failed in every record.
        </p>
      )}
      {!asked && !review.needsOverride && <p>May this answer real people?</p>}
      <div className="buttons stacked">
        <button type="button" className={`button ${look}`} onClick={() => onAsk("approve")}>
          {review.needsOverride ? "Override and approve" : "Approve"}
          {asked ? " all the same…" : "…"}
        </button>
        <button type="button" className="button" onClick={() => onAsk("ask")}>
          Ask for changes…
        </button>
        <button type="button" className="button" onClick={() => onAsk("reject")}>
          Reject…
        </button>
      </div>
      <p className="small">
        <a href="/stand-ins">Let somebody decide in your place</a>
      </p>
    </>
  );
}
