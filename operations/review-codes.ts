import type { NewDecision, ReviewCode } from "../core/api.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { addAudit } from "../db/audit.ts";
import { findDecision } from "../db/decisions.ts";
import { addReviewCode, lockReview } from "../db/reviews.ts";
import { getRun } from "../db/runs.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { newSecret } from "./secrets.ts";
import { SIGNALS } from "./wake-ups.ts";

/** Long enough to paste it into Temporal's page, short enough that a lost one is worth nothing. */
const CODE_TTL_MS = 10 * 60_000;

/**
 * A one-time code that decides one review from Temporal's own UI or command: the run's signal `approval` carries it.
 * It stands for this person, run, release, report, verdict and reason; only its hash is kept. Lives 10 minutes.
 * @throws {Conflict} decided or expired already, or release or report isn't what the person saw
 * @throws {NotAllowed} @throws {NotFound} the run has no review @throws {InvalidInput} a rejection without a reason
 */
export async function issueReviewCode(
  { database }: OperationsContext,
  actor: Actor,
  runId: string,
  decision: NewDecision,
): Promise<ReviewCode> {
  requireAbility(actor, "decide");
  const { secret, hash } = newSecret();
  const expiresAt = new Date(Date.now() + CODE_TTL_MS);
  const workflowId = await database.db.transaction().execute(async (trx) => {
    const place = `review of run "${runId}"`;
    const review = await lockReview(trx, runId);
    if (decision.verdict === "reject" && !decision.reason)
      throw new InvalidInput(
        `${place}: a rejection needs a reason; say why, whoever made the model reads it`,
      );
    const there = await findDecision(trx, runId);
    if (there)
      throw new Conflict(
        `${place}: was decided already (${there.verdict} by "${there.person}"); the first decision stands`,
      );
    if (review.expired_at || review.isPastDeadline)
      throw new Conflict(`${place}: expired at ${review.expires_at.toISOString()}; start the run again`);
    if (review.release_digest !== decision.releaseDigest || review.report_digest !== decision.reportDigest)
      throw new Conflict(`${place}: release or report is not the one that you saw; look at it again`);
    const run = await getRun(trx, runId);
    await addReviewCode(trx, {
      code_sha256: hash,
      person_id: actor.personId,
      run_id: runId,
      release_digest: decision.releaseDigest,
      report_digest: decision.reportDigest,
      verdict: decision.verdict,
      reason: decision.reason,
      expires_at: expiresAt,
    });
    await addAudit(trx, {
      personId: actor.personId,
      action: "issue_review_code",
      model: run.model,
      subject: `run ${runId}`,
      detail: { verdict: decision.verdict, release: decision.releaseDigest, report: decision.reportDigest },
    });
    return run.workflow_id;
  });
  return { code: secret, expiresAt: expiresAt.toISOString(), workflowId, signal: SIGNALS.approval };
}
