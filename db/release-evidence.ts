/** What goes out with a release: who said what of it, and the entries of the audit log that tell of that. */
import { type Kysely, sql } from "kysely";
import { Conflict, NotFound } from "../core/errors.ts";
import type { Evidence } from "../core/release-export.ts";
import type { ChooseDetail } from "../core/step-details.ts";
import { listDecisions } from "./decisions.ts";
import { findReview } from "./reviews.ts";
import { findRun, findStepDetail } from "./steps.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/**
 * Of a run whose review ended with an approval. The entries are those of the run, each with its link of the chain, from its
 * opening to its approval: what happens afterwards is no part of what was approved.
 * @throws {NotFound} no such run @throws {Conflict} it was not approved
 */
export async function gatherEvidence(db: Kysely<Tables>, runId: string): Promise<Evidence> {
  const run = await findRun(db, runId);
  if (!run) throw new NotFound(`run "${runId}": is not in the database; see "holt runs"`);
  const review = await findReview(db, runId);
  if (review?.state !== "approved" || !review.ended_at)
    throw new Conflict(
      `run "${runId}": ${review ? `its review is ${review.state}` : "has no review"}, and only what was approved is exported; see "holt review show ${runId}"`,
    );
  const choice = (await findStepDetail(db, { runId, step: "choose" })) as ChooseDetail | undefined;
  const decisions = await listDecisions(db, runId);
  return {
    run: { id: runId, asOf: iso(run.as_of), requestedBy: await nameOf(db, run.person_id) },
    choice: { chosen: choice?.chosen ?? "", reason: choice?.reason ?? "" },
    review: {
      releaseDigest: review.release_digest,
      reportDigest: review.report_digest,
      openedAt: iso(review.opened_at),
      endedAt: iso(review.ended_at),
      approvalsNeeded: review.approvals_needed,
      needsOverride: review.needs_override,
    },
    decisions: decisions.map(({ verdict, by, onBehalfOf, channel, override, reason, at }) => ({
      ...{ verdict, by, onBehalfOf, channel, override, reason },
      at: iso(at),
    })),
    audit: await linksOf(db, runId, review.ended_at),
  };
}

async function nameOf(db: Kysely<Tables>, personId: string | null): Promise<string | null> {
  if (personId === null) return null;
  const row = await db
    .selectFrom("person")
    .select("name")
    .where("id", "=", personId)
    .executeTakeFirstOrThrow();
  return row.name;
}

async function linksOf(db: Kysely<Tables>, runId: string, until: Date): Promise<Evidence["audit"]> {
  const origin = await db.selectFrom("audit_origin").select("database_id").executeTakeFirstOrThrow();
  // as db/audit-chain.ts reads them
  const { rows } = await sql<Evidence["audit"]["links"][number]>`
    select l.position::double precision as position, l.previous_hash as "previousHash", l.hash,
      jsonb_build_array(a.id, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.person_id,
        a.action, a.model, a.subject, a.detail)::text as text
    from audit_link l join audit a on a.id = l.audit_id
    where a.subject = ${`run ${runId}`} and a.at <= ${until} and a.action not in ('export_release')
    order by l.position`.execute(db);
  return { database: origin.database_id, links: rows.map((row) => ({ ...row })) };
}
