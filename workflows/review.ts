import { ApplicationFailure } from "@temporalio/workflow";
import type { Inbox } from "./inbox.ts";
import { paceLooks } from "./pace.ts";
import { note } from "./proxies.ts";
import { waitUntil } from "./wait-until.ts";

export type ReviewEnd = "approved" | "rejected" | "expired" | "qa_failed";

/**
 * Opens the run's review and waits for a recorded decision, for days if need be, holding no worker. A signal only makes
 * it look, many at once only now and then; a code that one carries is redeemed first, which may write the decision. Whatever was sent, and whichever
 * of signal and deadline came first: what `settleReview` finds in the rows is the end.
 */
export async function review(runId: string, waitMs: number, inbox: Inbox): Promise<ReviewEnd> {
  const opened = await note.openReview.executeWithOptions({ summary: "review" }, [{ runId, waitMs }]);
  if (!opened.isOpen) return "qa_failed";
  const pace = paceLooks();
  let seen = 0;
  let deadlineMs = Date.now() + opened.waitMs;
  for (;;) {
    await waitUntil(() => inbox.approvals > seen, deadlineMs);
    await pace(deadlineMs);
    seen = inbox.approvals;
    const codes = inbox.codes.splice(0);
    if (codes.length > 0)
      await note.redeemReviewCodes.executeWithOptions({ summary: "review" }, [{ runId, codes }]);
    const settled = await note.settleReview.executeWithOptions({ summary: "review" }, [{ runId }]);
    if (settled.verdict !== "open") return settled.verdict;
    if (!(settled.waitMs > 0))
      throw ApplicationFailure.nonRetryable(`review of run "${runId}": is open without end`);
    deadlineMs = Date.now() + settled.waitMs;
  }
}
