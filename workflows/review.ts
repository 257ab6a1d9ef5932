import { ApplicationFailure, isCancellation, log } from "@temporalio/workflow";
import type { Settled } from "../activities/review.ts";
import type { Inbox } from "./inbox.ts";
import { paceLooks } from "./pace.ts";
import { note, notice } from "./proxies.ts";
import { waitUntil } from "./wait-until.ts";

export type ReviewEnd = "approved" | "rejected" | "expired" | "superseded" | "qa_failed";

/** When to try again to tell people of a review, after an attempt that could not even say when. */
const TELL_AGAIN_MS = 3_600_000;

/**
 * Opens the run's review and waits for its end in the rows, for days if need be, holding no worker. A signal only makes
 * it look, many at once only now and then; a code that one carries is redeemed first, which may write the decision. Whatever
 * was sent, and whichever of signal and deadline came first: what `settleReview` finds in the rows is the end. Meanwhile
 * people are told and reminded; that nobody could be told ends nothing.
 */
export async function review(runId: string, waitMs: number, inbox: Inbox): Promise<ReviewEnd> {
  const summary = { summary: "review" };
  const pace = paceLooks();
  let seen = 0; // what came before the review opened makes it look, too
  const opened = await note.openReview.executeWithOptions(summary, [{ runId, waitMs }]);
  if (opened.verdict === "qa_failed") return "qa_failed";
  let settled: Settled = opened;
  while (settled.verdict === "open") {
    if (!(settled.waitMs > 0))
      throw ApplicationFailure.nonRetryable(`review of run "${runId}": is open without end`);
    const deadlineMs = Date.now() + settled.waitMs;
    const nextMs = await tell(runId);
    await waitUntil(() => inbox.approvals > seen, Math.min(deadlineMs, Date.now() + nextMs));
    await pace(deadlineMs);
    seen = inbox.approvals;
    const codes = inbox.codes.splice(0);
    if (codes.length > 0) await note.redeemReviewCodes.executeWithOptions(summary, [{ runId, codes }]);
    settled = await note.settleReview.executeWithOptions(summary, [{ runId }]);
  }
  await tell(runId);
  return settled.verdict;
}

/** How long until something more is to be told; a review of which nobody can be told goes on. */
async function tell(runId: string): Promise<number> {
  try {
    const { nextMs } = await notice.tellReviewers.executeWithOptions({ summary: "review" }, [{ runId }]);
    return nextMs ?? Number.POSITIVE_INFINITY;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn("could not tell the reviewers; tried again later", { runId, error: String(error) });
    return TELL_AGAIN_MS;
  }
}
