import { useState } from "react";
import { needsReason } from "../../core/allowed.ts";
import type { Decision, NewDecision, Problem, ReviewDetail } from "../../core/api.ts";
import { shortDigest } from "../lib/format.ts";
import { ApiProblem, request } from "../lib/request.ts";
import { Icon } from "../parts/icon.tsx";
import { Moment } from "../parts/moment.tsx";
import { ProblemNote } from "../parts/notice.tsx";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { CodeForTemporal } from "./code-for-temporal.tsx";

type Verdict = NewDecision["verdict"];

/** Approve or reject exactly what is shown, by its two digests; afterwards who did, when and why. */
export function DecisionPanel({ review, reload }: { review: ReviewDetail; reload(): Promise<void> }) {
  const [asking, setAsking] = useState<Verdict>();
  const [conflict, setConflict] = useState<Problem>();

  async function decide(verdict: Verdict, reason: string) {
    const { releaseDigest, reportDigest } = review;
    const body: NewDecision = { verdict, releaseDigest, reportDigest, reason };
    try {
      await request("POST", `/api/runs/${encodeURIComponent(review.runId)}/decisions`, { body });
      setConflict(undefined);
    } catch (error) {
      // what there is now is no longer what was shown: say so, and show what there is
      if (!(error instanceof ApiProblem) || error.problem.status !== 409) throw error;
      setConflict(error.problem);
    }
    await reload();
  }

  return (
    <aside className="card decision" aria-labelledby="decision">
      <h2 id="decision" tabIndex={-1}>
        Decision
      </h2>
      {conflict && <ProblemNote problem={conflict} />}
      {review.decision ? (
        <Decided decision={review.decision} runId={review.runId} />
      ) : review.state === "open" ? (
        <Open review={review} onAsk={setAsking} />
      ) : review.state === "stopped" ? (
        <p>The run ended before anybody was asked, so there is nothing to decide; what is live stays live.</p>
      ) : (
        <p>Nobody decided in time; the review expired and nothing was changed.</p>
      )}
      <p className="muted small digests">
        Release <code title={review.releaseDigest}>{shortDigest(review.releaseDigest)}</code>, report{" "}
        <code title={review.reportDigest}>{shortDigest(review.reportDigest)}</code>: a decision counts for
        these two only.
      </p>
      {asking && (
        <ReasonDialog
          title={asking === "approve" ? `Approve ${review.candidate}?` : `Reject ${review.candidate}?`}
          reasonRequired={needsReason(asking)}
          confirmLabel={asking === "approve" ? "Approve" : "Reject"}
          danger={asking === "reject"}
          onConfirm={(reason) => decide(asking, reason)}
          onClose={() => setAsking(undefined)}
        >
          {asking === "approve"
            ? `It goes live for everybody who is served by ${review.model}, at once. The version before it can be served again at any time.`
            : "Nothing changes for anybody: what is live stays live. The run ends with your reason."}
        </ReasonDialog>
      )}
    </aside>
  );
}

function Open({ review, onAsk }: { review: ReviewDetail; onAsk(verdict: Verdict): void }) {
  if (!review.mayDecide)
    return <p className="muted">It waits for a reviewer. With your role you can read it, not decide.</p>;
  return (
    <>
      <p>May this answer real people?</p>
      <div className="buttons stacked">
        <button type="button" className="button primary" onClick={() => onAsk("approve")}>
          Approve…
        </button>
        <button type="button" className="button" onClick={() => onAsk("reject")}>
          Reject…
        </button>
      </div>
      <CodeForTemporal review={review} />
    </>
  );
}

const CHANNELS: Record<Decision["channel"], string> = {
  page: "on this page",
  cli: "by the command line",
  code: "from Temporal, by a one-time code",
};

function Decided({ decision, runId }: { decision: Decision; runId: string }) {
  const approved = decision.verdict === "approve";
  return (
    <div className={approved ? "decided tone-good" : "decided tone-warn"} role="status">
      <p>
        <Icon name={approved ? "check" : "cross"} />{" "}
        <strong>
          {approved ? "Approved" : "Rejected"} by {decision.by}
        </strong>
      </p>
      <p>
        <Moment at={decision.at} />, {CHANNELS[decision.channel]}
      </p>
      {decision.reason && <blockquote>{decision.reason}</blockquote>}
      <p>
        <a href={`/runs/${encodeURIComponent(runId)}`}>See how the run goes on</a>
      </p>
    </div>
  );
}
