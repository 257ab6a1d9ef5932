/** Reviews and the one-time codes that decide one: rows are read here, and changed by the database's functions only. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { NewReviewCode } from "../core/api.ts";
import { NotFound } from "../core/errors.ts";
import { withRefusals } from "./refusals.ts";
import type { ReviewTable, Tables } from "./tables.ts";

export type ReviewRow = Selectable<ReviewTable>;

/** What stands in the rows; `waitMs` is what is left of an open one, by the database's clock. */
export interface Standing<State extends string = ReviewRow["state"]> {
  state: State;
  waitMs: number;
}

/**
 * Opens a run's review for `waitMs` from now and takes the place of older runs' open ones. It may be approved or
 * superseded at once, and is `qa_failed`, without a row, when a check failed that the definition lets nobody override.
 * A second call finds what is there.
 * @throws {NotFound} @throws {Conflict} the run has ended @throws {BrokenPromise} the release is another run's
 */
export async function openReview(
  db: Kysely<Tables>,
  review: { runId: string; releaseDigest: string; reportDigest: string; waitMs: number },
): Promise<Standing<ReviewRow["state"] | "qa_failed">> {
  const { rows } = await withRefusals(() =>
    sql<Standing<ReviewRow["state"] | "qa_failed">>`
      select state, wait_ms as "waitMs"
      from open_review(${review.runId}, ${review.releaseDigest}, ${review.reportDigest}, ${review.waitMs})`.execute(
      db,
    ),
  );
  return onlyOne(rows);
}

/** The end of a review, or how long it is still open; one past its deadline expires now. @throws {NotFound} */
export async function settleReview(db: Kysely<Tables>, runId: string): Promise<Standing> {
  const { rows } = await withRefusals(() =>
    sql<Standing>`select state, wait_ms as "waitMs" from settle_review(${runId})`.execute(db),
  );
  return onlyOne(rows);
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
 * Keeps a one-time code by its hash, for what the person who holds `proof` decides.
 * @throws {NotAllowed | NotFound | Conflict | InvalidInput} they could not decide so themselves
 */
export async function issueReviewCode(
  db: Kysely<Tables>,
  code: NewReviewCode & { proof: string; runId: string; codeSha256: string },
): Promise<{ workflowId: string; expiresAt: Date }> {
  const { rows } = await withRefusals(() =>
    sql<{ workflowId: string; expiresAt: Date }>`
      select workflow_id as "workflowId", expires_at as "expiresAt"
      from issue_review_code(${code.proof}, ${code.runId}, ${code.verdict}, ${code.releaseDigest},
        ${code.reportDigest}, ${code.reason}, ${code.override}, ${code.codeSha256})`.execute(db),
  );
  return onlyOne(rows);
}

/**
 * Writes the decision that a code stands for. Whatever comes of it, the code is used up; a second call for one that this
 * run redeemed changes nothing. @returns why it was refused; null when it was not @throws {NotFound} the run has no review
 */
export async function redeemReviewCode(
  db: Kysely<Tables>,
  code: string,
  runId: string,
): Promise<string | null> {
  const { rows } = await withRefusals(() =>
    sql<{ refusal: string | null }>`select redeem_review_code(${code}, ${runId}) as refusal`.execute(db),
  );
  return onlyOne(rows).refusal;
}

function onlyOne<Row>([row]: Row[]): Row {
  if (!row) throw new Error("a function of the database: gave no row");
  return row;
}
