import { type FormEvent, useId, useState } from "react";
import { needsReason } from "../../core/allowed.ts";
import type { NewDecision, Problem, ReviewCode, ReviewDetail } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { Facts } from "../parts/facts.tsx";
import { Moment } from "../parts/moment.tsx";
import { ProblemNote } from "../parts/notice.tsx";

/** A one-time code for those who decide in Temporal's own UI; it counts for this person, release, report and verdict. */
export function CodeForTemporal({ review }: { review: ReviewDetail }) {
  const id = useId();
  const [verdict, setVerdict] = useState<NewDecision["verdict"]>("approve");
  const [reason, setReason] = useState("");
  const [code, setCode] = useState<ReviewCode>();
  const [problem, setProblem] = useState<Problem>();

  async function ask(event: FormEvent) {
    event.preventDefault();
    const { releaseDigest, reportDigest } = review;
    const body: NewDecision = { verdict, releaseDigest, reportDigest, reason: reason.trim() };
    try {
      setCode(
        await request<ReviewCode>("POST", `/api/runs/${encodeURIComponent(review.runId)}/review-codes`, {
          body,
        }),
      );
      setProblem(undefined);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }

  return (
    <details className="code-for-temporal">
      <summary>Approve from Temporal's own UI</summary>
      {code ? (
        <div role="status">
          <p>
            In Temporal's UI open the workflow, choose “Send a Signal”, and give this code as the input, in
            its quotes. It works once.
          </p>
          <Facts
            facts={{
              Workflow: <code>{code.workflowId}</code>,
              Signal: <code>{code.signal}</code>,
              Input: <code className="code">{JSON.stringify(code.code)}</code>,
              "Good until": <Moment at={code.expiresAt} />,
            }}
          />
        </div>
      ) : (
        <form onSubmit={ask}>
          <label htmlFor={`${id}-verdict`}>The code says</label>
          <select
            id={`${id}-verdict`}
            value={verdict}
            onChange={(event) => setVerdict(event.target.value as NewDecision["verdict"])}
          >
            <option value="approve">approve</option>
            <option value="reject">reject</option>
          </select>
          <label htmlFor={`${id}-reason`}>
            Reason <span className="muted">{needsReason(verdict) ? "(needed)" : "(if you like)"}</span>
          </label>
          <input
            id={`${id}-reason`}
            value={reason}
            required={needsReason(verdict)}
            onChange={(event) => setReason(event.target.value)}
          />
          <button type="submit" className="button">
            Give me a code
          </button>
        </form>
      )}
      {problem && <ProblemNote problem={problem} />}
    </details>
  );
}
