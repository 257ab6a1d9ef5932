import type { Kysely } from "kysely";
import { addAudit } from "../db/audit.ts";
import { redeemReviewCode } from "../db/reviews.ts";
import { getRun } from "../db/runs.ts";
import type { Tables } from "../db/tables.ts";

/**
 * Writes the decisions that these one-time codes stand for. The person, the release and the report are those that a
 * code was given for; whatever comes of it, it is used up. What is refused is one entry in the audit log, however many
 * codes there are, and changes nothing else; a second call for a code that this run redeemed is silent.
 */
export async function redeemCodes(
  db: Kysely<Tables>,
  { runId, codes }: { runId: string; codes: readonly string[] },
): Promise<void> {
  const refusals: string[] = [];
  for (const code of codes) {
    const refusal = await redeemReviewCode(db, code, runId);
    if (refusal) refusals.push(refusal);
  }
  if (refusals.length === 0) return;
  const { model } = await getRun(db, runId);
  await addAudit(db, {
    action: "refuse_review_code",
    model,
    subject: `run ${runId}`,
    detail: { because: [...new Set(refusals)].join("; "), codes: refusals.length },
  });
}
