import type { NewReviewCode, ReviewCode } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as reviews from "../db/reviews.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { newSecret } from "./secrets.ts";
import { SIGNALS } from "./wake-ups.ts";

/**
 * A one-time code that decides one review from Temporal's own UI or command: the run's signal `approval` carries it.
 * It stands for this person, run, release, report, verdict and reason; only its hash is kept. Lives 10 minutes.
 * @throws {Conflict} the review has an end already, or release or report isn't what the person saw
 * @throws {NotAllowed} @throws {NotFound} the run has no review @throws {InvalidInput} a reason is missing
 */
export async function issueReviewCode(
  { database }: OperationsContext,
  actor: Actor,
  runId: string,
  decision: NewReviewCode,
): Promise<ReviewCode> {
  requireAbility(actor, "decide");
  const { secret, hash } = newSecret();
  const wanted = { ...decision, runId, codeSha256: hash, proof: actor.proof.reveal() };
  const { workflowId, expiresAt } = await reviews.issueReviewCode(database.db, wanted);
  return { code: secret, expiresAt: expiresAt.toISOString(), workflowId, signal: SIGNALS.approval };
}
