import { type FormEvent, useId, useState } from "react";
import { needsReason } from "../../core/allowed.ts";
import type { NewDecision, NewReviewCode, Problem, ReviewCode } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { Facts } from "../parts/facts.tsx";
import { Moment } from "../parts/moment.tsx";
import { ProblemNote } from "../parts/notice.tsx";
import { useReview } from "./context.ts";

/** A one-time code for those who decide in Temporal's own UI; it counts for this person, release, report and verdict. */
export function CodeForTemporal({ seen }: { seen(): NonNullable<NewDecision["seen"]> }) {
  const { review } = useReview();
  const id = useId();
  const [verdict, setVerdict] = useState<NewReviewCode["verdict"]>("approve");
  const [reason, setReason] = useState("");
  const [code, setCode] = useState<ReviewCode>();
  const [problem, setProblem] = useState<Problem>();
  const override = verdict === "approve" && review.needsOverride;
  const reasonRequired = needsReason(verdict, override);

  async function ask(event: FormEvent) {
    event.preventDefault();
    const { releaseDigest, reportDigest } = review;
    const body: NewReviewCode = {
      ...{ verdict, releaseDigest, reportDigest, override },
      reason: reason.trim(),
      seen: seen(),
    };
    try {
      const path = `/api/runs/${encodeURIComponent(review.runId)}/review-codes`;
      setCode(await request<ReviewCode>("POST", path, { body }));
      setProblem(undefined);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }

  return (
    <details className="code-for-temporal">
      <summary>Decide from Temporal's own UI</summary>
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
            onChange={(event) => setVerdict(event.target.value as NewReviewCode["verdict"])}
          >
            <option value="approve">{review.needsOverride ? "override and approve" : "approve"}</option>
            <option value="reject">reject</option>
          </select>
          <label htmlFor={`${id}-reason`}>
            Reason <span className="muted">{reasonRequired ? "(needed)" : "(if you like)"}</span>
          </label>
          <input
            id={`${id}-reason`}
            value={reason}
            required={reasonRequired}
            maxLength={2_000}
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
