/** Going live: the one flip, and what was live when. */
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { BrokenPromise, Conflict, InvalidInput, NotAllowed } from "../core/errors.ts";
import { failpoint } from "../store/failpoint.ts";
import { addAudit } from "./audit.ts";
import type { DeploymentTable, Tables } from "./tables.ts";
import { getVersion, lockModel, type Version } from "./versions.ts";

export type DeploymentRow = Selectable<DeploymentTable>;

export interface Flip {
  model: string;
  /** The version that the caller believes is live; null when none is. */
  expected: number | null;
  next: number;
  kind: "deploy" | "rollback";
  /** The run that deploys; null for a rollback. */
  runId: string | null;
  /** Who decided: for a deployment the person of the run's decision. */
  personId: string;
  reason: string;
}

/**
 * Makes `next` the live version, if `expected` still is. A run's second call returns the deployment that is there.
 * Whoever listens on `holt_live` hears of it when `trx` commits.
 * @throws {Conflict} another version is live
 * @throws {BrokenPromise} nobody approved exactly this release with exactly this report
 * @throws {NotAllowed} the person is disabled
 */
export async function flipLive(trx: Transaction<Tables>, flip: Flip): Promise<DeploymentRow> {
  await lockModel(trx, flip.model);
  const done = flip.runId === null ? undefined : await findDeploymentOfRun(trx, flip.runId);
  if (done) return done;
  const version = await getVersion(trx, flip.model, flip.next);
  await (flip.kind === "deploy" ? assertSigned(trx, flip, version) : assertServedBefore(trx, flip));
  const live = await trx.selectFrom("live").selectAll().where("model", "=", flip.model).executeTakeFirst();
  assertExpected(flip, live?.version ?? null);
  const now = { version: flip.next, fence: (live?.fence ?? 0) + 1, since: new Date() };
  await trx
    .insertInto("live")
    .values({ model: flip.model, ...now })
    .onConflict((conflict) => conflict.column("model").doUpdateSet(now))
    .execute();
  const deployment = await trx
    .insertInto("deployment")
    .values({
      model: flip.model,
      version: flip.next,
      previous_version: live?.version ?? null,
      fence: now.fence,
      kind: flip.kind,
      run_id: flip.runId,
      person_id: flip.personId,
      reason: flip.reason,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await addAudit(trx, {
    personId: flip.personId,
    action: flip.kind,
    model: flip.model,
    subject: `version ${flip.next}`,
    detail: { from: live?.version ?? null, to: flip.next, run: flip.runId, reason: flip.reason },
  });
  await sql`select pg_notify('holt_live', ${flip.model})`.execute(trx);
  await failpoint("in flip");
  return deployment;
}

/** What a run deployed; undefined when it hasn't. */
function findDeploymentOfRun(db: Kysely<Tables>, runId: string): Promise<DeploymentRow | undefined> {
  return db.selectFrom("deployment").selectAll().where("run_id", "=", runId).executeTakeFirst();
}

/** What was live when, by whose decision, the newest first. */
export function listDeployments(
  db: Kysely<Tables>,
  model: string,
): Promise<(DeploymentRow & { person: string })[]> {
  return db
    .selectFrom("deployment")
    .innerJoin("person", "person.id", "deployment.person_id")
    .selectAll("deployment")
    .select("person.name as person")
    .where("deployment.model", "=", model)
    .orderBy("deployment.fence", "desc")
    .execute();
}

/** The decision is looked up here, inside the flip's transaction: nothing that a workflow or signal says counts. */
async function assertSigned(trx: Transaction<Tables>, flip: Flip, version: Version): Promise<void> {
  const place = `model "${flip.model}" version ${flip.next}`;
  const signed = await trx
    .selectFrom("review")
    .innerJoin("decision", "decision.run_id", "review.run_id")
    .innerJoin("person", "person.id", "decision.person_id")
    .innerJoin("qa_report", "qa_report.digest", "review.report_digest")
    .select(["decision.person_id", "person.name", "person.disabled_at"])
    .select(
      sql<boolean>`exists (select from jsonb_array_elements(qa_report.body -> 'checks') as c
      where c ->> 'severity' = 'error' and c ->> 'verdict' = 'fail')`.as("has_failed"),
    )
    .where("review.run_id", "=", flip.runId)
    .where("review.release_digest", "=", version.releaseDigest)
    .where("review.expired_at", "is", null)
    .where("decision.verdict", "=", "approve")
    .whereRef("decision.release_digest", "=", "review.release_digest")
    .whereRef("decision.report_digest", "=", "review.report_digest")
    .whereRef("decision.at", "<=", "review.expires_at")
    .executeTakeFirst();
  if (!signed || signed.person_id !== flip.personId)
    throw new BrokenPromise(
      `${place}: nobody approved release ${version.releaseDigest} in run "${flip.runId}"; have it reviewed (nothing was deployed)`,
    );
  if (signed.has_failed)
    throw new BrokenPromise(
      `${place}: its QA report has a failed check of severity "error"; mend what it names and run again (nothing was deployed)`,
    );
  if (signed.disabled_at)
    throw new NotAllowed(
      `${place}: "${signed.name}", who approved it, is disabled; run again and have another person review it`,
    );
}

async function assertServedBefore(trx: Transaction<Tables>, flip: Flip): Promise<void> {
  const place = `model "${flip.model}" version ${flip.next}`;
  if (!flip.reason) throw new InvalidInput(`${place}: has no reason; say why, it is kept in the audit log`);
  const served = await trx
    .selectFrom("deployment")
    .select("id")
    .where("model", "=", flip.model)
    .where("version", "=", flip.next)
    .executeTakeFirst();
  if (!served)
    throw new Conflict(
      `${place}: was never live, so it cannot be rolled back to; see "holt history ${flip.model}"`,
    );
}

function assertExpected(flip: Flip, live: number | null): void {
  if (live === flip.expected) return;
  const say = (version: number | null) => (version === null ? "nothing" : `version ${version}`);
  throw new Conflict(
    `slot "${flip.model}": ${say(live)} is live, not ${say(flip.expected)} as expected; see "holt history ${flip.model}", then deploy again`,
  );
}
