import type { Kysely, Transaction } from "kysely";
import { Conflict, NEVER_RETRIED, NotAllowed } from "../core/errors.ts";
import { addAudit } from "../db/audit.ts";
import { findDecision, recordDecision } from "../db/decisions.ts";
import { lockReviewCode, markCodeUsed } from "../db/reviews.ts";
import { getRun } from "../db/runs.ts";
import type { Tables } from "../db/tables.ts";
import { sha256 } from "../store/digest.ts";

/**
 * Writes the decision that the first valid one of these one-time codes stands for. The person, the release and the report
 * are those that the code was given for; the code itself is known by its hash only. What is refused is one entry in the
 * audit log, however many codes there are, and changes nothing else; a second call for a code that this run redeemed
 * is silent.
 */
export async function redeemCodes(
  db: Kysely<Tables>,
  { runId, codes }: { runId: string; codes: readonly string[] },
): Promise<void> {
  const refusals: string[] = [];
  for (const code of codes) {
    const hash = sha256(code);
    try {
      await db.transaction().execute((trx) => redeem(trx, runId, hash));
    } catch (error) {
      if (!(error instanceof Error) || !(NEVER_RETRIED as readonly string[]).includes(error.name))
        throw error;
      refusals.push(error.message);
    }
  }
  if (refusals.length === 0) return;
  const { model } = await getRun(db, runId);
  await addAudit(db, {
    personId: null,
    action: "refuse_review_code",
    model,
    subject: `run ${runId}`,
    detail: { because: [...new Set(refusals)].join("; "), codes: refusals.length },
  });
}

async function redeem(trx: Transaction<Tables>, runId: string, hash: string): Promise<void> {
  const place = `review of run "${runId}": one-time code`;
  const code = await lockReviewCode(trx, hash);
  if (!code || code.run_id !== runId)
    throw new NotAllowed(`${place}: is not one of this review's; get one with "holt review code ${runId}"`);
  if (code.used_at) {
    const decision = await findDecision(trx, runId);
    if (decision?.channel === "code" && decision.person_id === code.person_id) return;
    throw new Conflict(`${place}: was used already; get another with "holt review code ${runId}"`);
  }
  if (code.isPastDeadline)
    throw new Conflict(`${place}: expired; get another with "holt review code ${runId}"`);
  await recordDecision(trx, {
    runId,
    releaseDigest: code.release_digest,
    reportDigest: code.report_digest,
    verdict: code.verdict,
    personId: code.person_id,
    channel: "code",
    reason: code.reason,
  });
  await markCodeUsed(trx, hash);
}
