/** Rows of `run`: one function a statement. */
import { type Insertable, type Kysely, sql, type Transaction } from "kysely";
import { Conflict, NotFound } from "../core/errors.ts";
import type { RunState } from "../core/steps.ts";
import { withRefusals } from "./refusals.ts";
import { findRun, type RunRow } from "./steps.ts";
import type { RunTable, Tables } from "./tables.ts";

/** States of a run that goes on. */
export type OpenRunState = Extract<RunState, "running" | "waiting_for_review" | "needs_attention">;

/**
 * Opens a run; the same model and run key again give the run that is there, with `isNew` false.
 * @throws {Conflict} its id is another model's run: "a-b" with key "c", and "a" with key "b-c"
 */
export async function insertRun(
  db: Kysely<Tables>,
  run: Insertable<RunTable>,
): Promise<{ run: RunRow; isNew: boolean }> {
  const inserted = await db
    .insertInto("run")
    .values(run)
    // Without columns: of two at the same time, the later may meet the first at the key, the id or the workflow's id.
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted) return { run: inserted, isNew: true };
  const there = await findRunByKey(db, run.model, run.run_key);
  if (!there)
    throw new Conflict(
      `run "${run.id}": is another model's already, by its name and key together; choose another run key`,
    );
  return { run: there, isNew: false };
}

/**
 * Opens a run that whoever has this proof asks for, with its audit entry and the wake-up that starts it. The same key
 * again gives the run that is there; without a key each call opens one, named after its second.
 * @throws {NotFound} the model isn't applied @throws {Conflict} the key was used otherwise @throws {NotAllowed}
 */
export async function openRun(
  db: Kysely<Tables>,
  proof: string,
  wanted: { model: string; runKey?: string | undefined; baselineOnly: boolean; fresh: boolean },
): Promise<{ runId: string; isNew: boolean; wakeUp: string | null }> {
  const { rows } = await withRefusals(() =>
    sql<{ run_id: string; is_new: boolean; wake_up: string | null }>`
      select * from open_run(${proof}, ${wanted.model}, ${wanted.runKey ?? null}, ${wanted.baselineOnly},
        ${wanted.fresh})`.execute(db),
  );
  const row = rows[0] as { run_id: string; is_new: boolean; wake_up: string | null };
  return { runId: row.run_id, isNew: row.is_new, wakeUp: row.wake_up };
}

/** Opens a run that nobody asked for: a schedule's tick did, under whose time it goes. @throws {Conflict} it is there */
export async function openScheduledRun(
  trx: Transaction<Tables>,
  { model, runKey, tick }: { model: string; runKey: string; tick: string },
): Promise<string> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`select open_scheduled_run(${model}, ${runKey}, ${tick}) as id`.execute(trx),
  );
  return (rows[0] as { id: string }).id;
}

/** The run that a key opened; undefined when none has. */
export function findRunByKey(db: Kysely<Tables>, model: string, runKey: string): Promise<RunRow | undefined> {
  return db
    .selectFrom("run")
    .selectAll()
    .where("model", "=", model)
    .where("run_key", "=", runKey)
    .executeTakeFirst();
}

/** A run of the model that works now, rather than waits for a person; undefined when none does. */
export function findWorkingRun(db: Kysely<Tables>, model: string): Promise<RunRow | undefined> {
  return db
    .selectFrom("run")
    .selectAll()
    .where("model", "=", model)
    .where("state", "=", "running")
    .orderBy("opened_at")
    .executeTakeFirst();
}

/** The newest run that the schedule opened since then. */
export async function findScheduledRunSince(
  db: Kysely<Tables>,
  model: string,
  since: Date,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("run")
    .select("id")
    .where("model", "=", model)
    .where("trigger", "=", "schedule")
    .where("opened_at", ">=", since)
    .orderBy("opened_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** A run that was at work at that time, rather than waiting for its review; one that needs attention counts, too. */
export async function findRunAtWork(
  db: Kysely<Tables>,
  model: string,
  at: Date,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("run")
    .leftJoin("review", "review.run_id", "run.id")
    .select("run.id")
    .where("run.model", "=", model)
    .where("run.opened_at", "<=", at)
    .where((of) => of.or([of("run.finished_at", "is", null), of("run.finished_at", ">=", at)]))
    .where((of) => of.or([of("review.opened_at", "is", null), of("review.opened_at", ">=", at)]))
    .orderBy("run.opened_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** Open runs older than this without a wake-up that waits: Temporal has been told of each. */
export function listWokenRuns(db: Kysely<Tables>, olderThanMs: number): Promise<RunRow[]> {
  return db
    .selectFrom("run")
    .selectAll()
    .where("finished_at", "is", null)
    .where("opened_at", "<", sql<Date>`now() - make_interval(secs => ${olderThanMs / 1_000})`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("wake_up")
            .select("wake_up.id")
            .whereRef("wake_up.workflow_id", "=", "run.workflow_id")
            .where("wake_up.delivered_at", "is", null),
        ),
      ),
    )
    .orderBy("opened_at")
    .execute();
}

/** @throws {NotFound} */
export async function getRun(db: Kysely<Tables>, runId: string): Promise<RunRow> {
  const run = await findRun(db, runId);
  if (!run) throw new NotFound(`run "${runId}": is not in the database; see "holt runs"`);
  return run;
}

/** Says what the run waits for, or that it works again; a run that has ended stays ended. */
export async function setRunState(db: Kysely<Tables>, runId: string, state: OpenRunState): Promise<void> {
  await db
    .updateTable("run")
    .set({ state })
    .where("id", "=", runId)
    .where("finished_at", "is", null)
    .execute();
}

/** `needs_attention` while a step does, else `running`; for after a step was put before a person, or answered. */
export async function settleRunState(db: Kysely<Tables>, runId: string): Promise<void> {
  const waiting = await db
    .selectFrom("step")
    .select("name")
    .where("run_id", "=", runId)
    .where("state", "=", "needs_attention")
    .executeTakeFirst();
  await setRunState(db, runId, waiting ? "needs_attention" : "running");
}

/** Locks a run until `trx` ends; rows that refer to it can still be added meanwhile. @throws {NotFound} */
export async function lockRun(trx: Transaction<Tables>, runId: string): Promise<RunRow> {
  const run = await trx
    .selectFrom("run")
    .selectAll()
    .where("id", "=", runId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!run) throw new NotFound(`run "${runId}": is not in the database; see "holt runs"`);
  return run;
}

/** Notes which version was live when the run opened. */
export async function setChampion(db: Kysely<Tables>, runId: string, version: number | null): Promise<void> {
  await db.updateTable("run").set({ champion_version: version }).where("id", "=", runId).execute();
}
