/** Reviews and the one-time codes that decide one from Temporal's own pages. */
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import { addAudit } from "./audit.ts";
import type { ReviewCodeTable, ReviewTable, Tables } from "./tables.ts";

export type ReviewRow = Selectable<ReviewTable>;
export type ReviewCodeRow = Selectable<ReviewCodeTable>;

/** Opens a run's review for `waitMs` from now, by the database's clock; a second call changes nothing. */
export async function addReview(
  db: Kysely<Tables>,
  review: { runId: string; releaseDigest: string; reportDigest: string; waitMs: number },
): Promise<void> {
  await db
    .insertInto("review")
    .values({
      run_id: review.runId,
      release_digest: review.releaseDigest,
      report_digest: review.reportDigest,
      expires_at: sql`now() + ${review.waitMs}::double precision * interval '1 millisecond'`,
    } as Insertable<ReviewTable>)
    .onConflict((conflict) => conflict.column("run_id").doNothing())
    .execute();
}

export function findReview(db: Kysely<Tables>, runId: string): Promise<ReviewRow | undefined> {
  return db.selectFrom("review").selectAll().where("run_id", "=", runId).executeTakeFirst();
}

/** @throws {NotFound} */
export async function getReview(db: Kysely<Tables>, runId: string): Promise<ReviewRow> {
  const review = await findReview(db, runId);
  if (!review) throw new NotFound(`run "${runId}": has no review; see "holt run show ${runId}"`);
  return review;
}

/**
 * Locks a run's review until `trx` ends; what is left of it is by the database's clock. Decision and expiry both hold this lock, so exactly one of them comes first.
 * @throws {NotFound}
 */
export async function lockReview(
  trx: Transaction<Tables>,
  runId: string,
): Promise<ReviewRow & { isPastDeadline: boolean; leftMs: number }> {
  const review = await trx
    .selectFrom("review")
    .selectAll()
    .select(sql<boolean>`expires_at <= clock_timestamp()`.as("isPastDeadline"))
    .select(
      sql<number>`(extract(epoch from expires_at - clock_timestamp()) * 1000)::double precision`.as("leftMs"),
    )
    .where("run_id", "=", runId)
    .forUpdate()
    .executeTakeFirst();
  if (!review) throw new NotFound(`run "${runId}": has no review; see "holt run show ${runId}"`);
  return review;
}

/** Ends a review that nobody decided. Call it under {@link lockReview}, after looking for a decision. */
export async function expireReview(
  trx: Transaction<Tables>,
  review: ReviewRow,
  model: string,
): Promise<void> {
  await trx
    .updateTable("review")
    .set({ expired_at: new Date() })
    .where("run_id", "=", review.run_id)
    .where("expired_at", "is", null)
    .execute();
  await addAudit(trx, {
    personId: null,
    action: "expire_review",
    model,
    subject: `run ${review.run_id}`,
    detail: { release: review.release_digest },
  });
}

/** Keeps a one-time code by its hash. */
export async function addReviewCode(db: Kysely<Tables>, code: Insertable<ReviewCodeTable>): Promise<void> {
  await db.insertInto("review_code").values(code).execute();
}

/** Locks a code until `trx` ends; undefined when there is none with this hash. */
export function lockReviewCode(
  trx: Transaction<Tables>,
  codeSha256: string,
): Promise<(ReviewCodeRow & { isPastDeadline: boolean }) | undefined> {
  return trx
    .selectFrom("review_code")
    .selectAll()
    .select(sql<boolean>`expires_at <= clock_timestamp()`.as("isPastDeadline"))
    .where("code_sha256", "=", codeSha256)
    .forUpdate()
    .executeTakeFirst();
}

export async function markCodeUsed(trx: Transaction<Tables>, codeSha256: string): Promise<void> {
  await trx
    .updateTable("review_code")
    .set({ used_at: new Date() })
    .where("code_sha256", "=", codeSha256)
    .execute();
}
