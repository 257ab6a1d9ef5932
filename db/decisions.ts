/** People's decisions on one release and one report: what lets a version go live, beside a rule of the definition. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { Channel, NewDecision } from "../core/api.ts";
import type { DecisionBarrier } from "../core/review-barrier.ts";
import { withRefusals } from "./refusals.ts";
import type { DecisionTable, Tables } from "./tables.ts";

/** `by`: a person's name, or the name of the rule that decided. */
export type DecisionRow = Selectable<DecisionTable> & { by: string; onBehalfOf: string | null };

/**
 * Writes the decision of the person who holds `proof`, with its audit entry and the run's wake-up, and ends the review
 * when it is decided by that. The same decision of the same person again changes nothing, and has no wake-up.
 * @throws {NotAllowed} they may not decide on this @throws {NotFound} the run has no review
 * @throws {Conflict} it has an end already, or isn't what the person saw, or the person or their place has decided
 * @throws {InvalidInput} a reason is missing, or there is nothing to override
 */
export async function decide(
  db: Kysely<Tables>,
  decision: NewDecision & { proof: string; runId: string; channel: Channel },
): Promise<{ decisionId: string; wakeUpId: string | null }> {
  const seen = decision.seen ? JSON.stringify(decision.seen) : null;
  const { rows } = await withRefusals(() =>
    sql<{ decisionId: string; wakeUpId: string | null }>`
      select decision_id as "decisionId", wake_up_id as "wakeUpId"
      from decide(${decision.proof}, ${decision.runId}, ${decision.verdict}, ${decision.releaseDigest},
        ${decision.reportDigest}, ${decision.reason}, ${decision.channel}, ${decision.override},
        ${seen}::jsonb)`.execute(db),
  );
  const [made] = rows;
  if (!made) throw new Error(`review of run "${decision.runId}": the decision gave no row`);
  return made;
}

/** Notes in the log that whoever has, or had, this proof was not let decide on a run; a made-up one names nobody. */
export async function noteRefusal(
  db: Kysely<Tables>,
  {
    proof,
    runId,
    verdict,
    channel,
  }: Pick<NewDecision, "verdict"> & Record<"proof" | "runId" | "channel", string>,
  because: string,
): Promise<void> {
  await sql`select note_refused_decision(${proof}, ${runId}, ${verdict}, ${channel}, ${because})`.execute(db);
}

/** All decisions on a run, in the order in which they came. */
export function listDecisions(db: Kysely<Tables>, runId: string): Promise<DecisionRow[]> {
  return selectDecisions(db)
    .where("decision.run_id", "=", runId)
    .orderBy("decision.at")
    .orderBy("decision.id")
    .execute();
}

export function findDecision(db: Kysely<Tables>, id: string): Promise<DecisionRow | undefined> {
  return selectDecisions(db).where("decision.id", "=", id).executeTakeFirst();
}

/** Why this person may not take part in a run's decision; null when they may. */
export async function findBarrier(
  db: Kysely<Tables>,
  runId: string,
  personId: string,
): Promise<DecisionBarrier | null> {
  const { rows } = await sql<{ barrier: DecisionBarrier | null }>`
    select coalesce(decide_barrier(${runId}, ${personId}::uuid), decided_barrier(${runId}, ${personId}::uuid))
      as barrier`.execute(db);
  return rows[0]?.barrier ?? null;
}

function selectDecisions(db: Kysely<Tables>) {
  return db
    .selectFrom("decision")
    .leftJoin("person", "person.id", "decision.person_id")
    .leftJoin("person as absent", "absent.id", "decision.on_behalf_of")
    .selectAll("decision")
    .select(["absent.name as onBehalfOf"])
    .select((of) => of.fn.coalesce("person.name", "decision.rule").$notNull().as("by"));
}
