/** The review's rows: opened, decided, expired or superseded. The workflow only waits; nothing that it or a signal says decides. */

import type { Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import type { QaDetail, ReviewDetail } from "../core/step-details.ts";
import { listDecisions } from "../db/decisions.ts";
import * as reviews from "../db/reviews.ts";
import * as runs from "../db/runs.ts";
import * as steps from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { redeemCodes } from "./redeem-code.ts";

const STEP = "review";

export type Settled =
  | { verdict: "approved" | "rejected" | "expired" | "superseded" }
  /** Undecided, and the deadline is `waitMs` away: always above 0. */
  | { verdict: "open"; waitMs: number };

/** A deadline that passes just now is looked at again a little later. */
const SHORTEST_WAIT_MS = 100;

export const reviewActivities = ({ database: { db } }: ActivityContext) => ({
  /**
   * Opens the review of what QA let through, for `waitMs` from now. It may end at once: a newer run came first, or a rule
   * of the definition lets it through. A second call finds the review that is there. A report with a failed check of
   * severity "error" opens none, unless the definition lets people override it.
   */
  openReview({
    runId,
    waitMs,
  }: {
    runId: string;
    waitMs: number;
  }): Promise<Settled | { verdict: "qa_failed" }> {
    return db.transaction().execute(async (trx) => {
      const qa = (await steps.findStepDetail(trx, { runId, step: "qa" })) as QaDetail | undefined;
      if (!qa) throw new NotFound(`run "${runId}": step "qa" left no report to review; start the run again`);
      const { releaseDigest, reportDigest } = qa;
      const there = await reviews.openReview(trx, { runId, releaseDigest, reportDigest, waitMs });
      if (there.state === "qa_failed") return { verdict: "qa_failed" };
      const step = await steps.findStep(trx, { runId, step: STEP });
      if (step?.state !== "done") {
        if (step?.state !== "running") await steps.startStep(trx, { runId, step: STEP }, 1);
        await runs.setRunState(trx, runId, "waiting_for_review");
      }
      return settled(trx, runId, { ...there, state: there.state });
    });
  },

  /**
   * What stands in the rows: an end, else an expiry once the deadline has passed, else that it is open. Every end is
   * written under the same lock, so a review has one, and the first one stands.
   */
  settleReview({ runId }: { runId: string }): Promise<Settled> {
    return db
      .transaction()
      .execute(async (trx) => settled(trx, runId, await reviews.settleReview(trx, runId)));
  },

  /**
   * Redeems one-time codes that came with signals: the decision that one stands for is written, once. A code that is
   * wrong, used, too old, or whose person may no longer decide changes nothing but the audit log.
   */
  redeemReviewCodes(sent: { runId: string; codes: string[] }): Promise<void> {
    return redeemCodes(db, sent);
  },
});

async function settled(trx: Transaction<Tables>, runId: string, there: reviews.Standing): Promise<Settled> {
  const { state, waitMs } = there;
  if (state === "open") return { verdict: "open", waitMs: Math.max(SHORTEST_WAIT_MS, Math.ceil(waitMs)) };
  await endReview(trx, await reviews.getReview(trx, runId), await describe(trx, runId, state));
  return { verdict: state };
}

async function describe(
  trx: Transaction<Tables>,
  runId: string,
  verdict: ReviewDetail["verdict"],
): Promise<ReviewDetail> {
  const wanted = { approved: "approve", rejected: "reject", expired: "", superseded: "" }[verdict];
  const decisions = (await listDecisions(trx, runId)).filter((decision) => decision.verdict === wanted);
  const reasons = decisions.map(({ reason }) => reason).filter(Boolean);
  return { verdict, by: decisions.map(({ by }) => by), reason: reasons.join("; ") };
}

async function endReview(
  trx: Transaction<Tables>,
  review: reviews.ReviewRow,
  detail: ReviewDetail,
): Promise<void> {
  const step = await steps.findStep(trx, { runId: review.run_id, step: STEP });
  if (step?.state === "done") return;
  const inputs = { release: review.release_digest, report: review.report_digest };
  await steps.endStep(
    trx,
    { runId: review.run_id, step: STEP },
    {
      state: "done",
      inputDigest: digestOf({ kind: STEP, inputs }),
      reusedFromRun: null,
      result: { summary: inWords(review, detail), detail },
    },
  );
  await runs.setRunState(trx, review.run_id, "running");
}

function inWords(review: reviews.ReviewRow, { verdict, by, reason }: ReviewDetail): string {
  if (verdict === "expired") return "nobody decided in time";
  if (verdict === "superseded") return `run "${review.superseded_by}", a newer one, took its place`;
  const words = `${verdict} by ${by.join(", ")}`;
  return reason ? `${words}: ${reason}` : words;
}
