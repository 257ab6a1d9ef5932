/** The review's rows: opened, decided or expired. The workflow only waits; nothing that it or a signal says decides. */
import { NotFound } from "../core/errors.ts";
import type { QaDetail, ReviewDetail } from "../core/step-details.ts";
import { findDecision } from "../db/decisions.ts";
import * as reviews from "../db/reviews.ts";
import * as runs from "../db/runs.ts";
import * as steps from "../db/steps.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { redeemCodes } from "./redeem-code.ts";

const STEP = "review";

export type Settled =
  | { verdict: "approved" | "rejected" | "expired" }
  /** Undecided, and the deadline is `waitMs` away: always above 0. */
  | { verdict: "open"; waitMs: number };

/** A deadline that passes just now is looked at again a little later. */
const SHORTEST_WAIT_MS = 100;

export const reviewActivities = ({ database: { db } }: ActivityContext) => ({
  /**
   * Opens the review of what QA let through, for `waitMs` from now. A second call finds the review that is there.
   * A report with a failed check of severity "error" opens none.
   */
  async openReview(asked: {
    runId: string;
    waitMs: number;
  }): Promise<{ isOpen: true; waitMs: number } | { isOpen: false }> {
    const ref = { runId: asked.runId, step: STEP };
    const qa = (await steps.findStepDetail(db, { ...ref, step: "qa" })) as QaDetail | undefined;
    if (!qa)
      throw new NotFound(`run "${ref.runId}": step "qa" left no report to review; start the run again`);
    if (qa.verdict === "fail") return { isOpen: false };
    return db.transaction().execute(async (trx) => {
      await runs.lockRun(trx, ref.runId);
      const { releaseDigest, reportDigest } = qa;
      await reviews.addReview(trx, { ...asked, releaseDigest, reportDigest });
      const { leftMs } = await reviews.lockReview(trx, ref.runId);
      const step = await steps.findStep(trx, ref);
      if (step?.state !== "done") {
        if (step?.state !== "running") await steps.startStep(trx, ref, 1);
        await runs.setRunState(trx, ref.runId, "waiting_for_review");
      }
      return { isOpen: true, waitMs: waitFor(leftMs) };
    });
  },

  /**
   * What stands in the rows: a decision, else an expiry once the deadline has passed, else that it is open. Decision
   * and expiry hold the same lock, so a review has one end, and the first one stands.
   */
  settleReview({ runId }: { runId: string }): Promise<Settled> {
    return db.transaction().execute(async (trx) => {
      const run = await runs.lockRun(trx, runId);
      const review = await reviews.lockReview(trx, runId);
      const decision = await findDecision(trx, runId);
      if (!decision && !review.expired_at && !review.isPastDeadline)
        return { verdict: "open", waitMs: waitFor(review.leftMs) };
      if (!decision && !review.expired_at) await reviews.expireReview(trx, review, run.model);
      const detail: ReviewDetail = decision
        ? {
            verdict: decision.verdict === "approve" ? "approved" : "rejected",
            by: decision.person,
            reason: decision.reason,
          }
        : { verdict: "expired", by: null, reason: "" };
      await endReview(trx, review, detail);
      return { verdict: detail.verdict };
    });
  },

  /**
   * Redeems one-time codes that came with signals: the decision that one stands for is written, once. A code that is
   * wrong, used, too old, or whose person may no longer decide changes nothing but the audit log.
   */
  redeemReviewCodes(sent: { runId: string; codes: string[] }): Promise<void> {
    return redeemCodes(db, sent);
  },
});

async function endReview(
  trx: Parameters<typeof reviews.lockReview>[0],
  review: reviews.ReviewRow,
  detail: ReviewDetail,
): Promise<void> {
  const step = await steps.findStep(trx, { runId: review.run_id, step: STEP });
  if (step?.state === "done") return;
  const words = detail.by ? `${detail.verdict} by ${detail.by}` : "nobody decided in time";
  await steps.endStep(
    trx,
    { runId: review.run_id, step: STEP },
    {
      state: "done",
      inputDigest: digestOf({
        kind: STEP,
        inputs: { release: review.release_digest, report: review.report_digest },
      }),
      reusedFromRun: null,
      result: { summary: detail.reason ? `${words}: ${detail.reason}` : words, detail },
    },
  );
  await runs.setRunState(trx, review.run_id, "running");
}

function waitFor(leftMs: number): number {
  return Math.max(SHORTEST_WAIT_MS, Math.ceil(leftMs));
}
