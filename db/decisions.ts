/** A person's decision on one release and one report: the only thing that lets a version go live. */
import type { Kysely, Selectable, Transaction } from "kysely";
import { Conflict, InvalidInput, NotAllowed } from "../core/errors.ts";
import { mayDo } from "../core/roles.ts";
import { addAudit } from "./audit.ts";
import { lockReview } from "./reviews.ts";
import { getRun } from "./runs.ts";
import type { DecisionTable, Tables } from "./tables.ts";

export type DecisionRow = Selectable<DecisionTable>;

export interface NewDecisionRow {
  runId: string;
  /** What the person saw. */
  releaseDigest: string;
  reportDigest: string;
  verdict: "approve" | "reject";
  personId: string;
  channel: "page" | "cli" | "code";
  reason: string;
}

/**
 * Writes the decision of a checked person, with its entry in the audit log. The first decision stands.
 * @throws {NotAllowed} the person is disabled or their role may not decide
 * @throws {Conflict} decided or expired already, or the release or report isn't what the person saw
 * @throws {NotFound} the run has no review
 * @throws {InvalidInput} a rejection without a reason
 */
export async function recordDecision(
  trx: Transaction<Tables>,
  decision: NewDecisionRow,
): Promise<DecisionRow> {
  const place = `review of run "${decision.runId}"`;
  const review = await lockReview(trx, decision.runId);
  await assertMayDecide(trx, decision.personId, place);
  if (decision.verdict === "reject" && !decision.reason)
    throw new InvalidInput(`${place}: a rejection needs a reason; say why, whoever made the model reads it`);
  const there = await findDecision(trx, decision.runId);
  if (there)
    throw new Conflict(
      `${place}: was decided already (${there.verdict}, ${there.at.toISOString()}); the first decision stands`,
    );
  if (review.expired_at || review.isPastDeadline)
    throw new Conflict(`${place}: expired at ${review.expires_at.toISOString()}; start the run again`);
  if (review.release_digest !== decision.releaseDigest || review.report_digest !== decision.reportDigest)
    throw new Conflict(`${place}: release or report is not the one that you saw; look at it again`);
  const row = await trx
    .insertInto("decision")
    .values({
      run_id: decision.runId,
      release_digest: decision.releaseDigest,
      report_digest: decision.reportDigest,
      verdict: decision.verdict,
      person_id: decision.personId,
      channel: decision.channel,
      reason: decision.reason,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const { model } = await getRun(trx, decision.runId);
  await addAudit(trx, {
    personId: decision.personId,
    action: decision.verdict,
    model,
    subject: `run ${decision.runId}`,
    detail: { release: decision.releaseDigest, report: decision.reportDigest, channel: decision.channel },
  });
  return row;
}

/** A run's decision and who made it; undefined while there is none. */
export function findDecision(
  db: Kysely<Tables>,
  runId: string,
): Promise<(DecisionRow & { person: string }) | undefined> {
  return db
    .selectFrom("decision")
    .innerJoin("person", "person.id", "decision.person_id")
    .selectAll("decision")
    .select("person.name as person")
    .where("run_id", "=", runId)
    .executeTakeFirst();
}

async function assertMayDecide(trx: Transaction<Tables>, personId: string, place: string): Promise<void> {
  const person = await trx
    .selectFrom("person")
    .select(["name", "role", "disabled_at"])
    .where("id", "=", personId)
    .executeTakeFirst();
  if (!person || person.disabled_at || !mayDo(person.role, "decide"))
    throw new NotAllowed(
      `${place}: "${person?.name ?? personId}" may not decide; ask a reviewer or an admin`,
    );
}
