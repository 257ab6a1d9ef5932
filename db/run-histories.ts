/** Workflow histories of ended runs: one function a statement. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { RunHistoryTable, Tables } from "./tables.ts";

export type RunHistoryRow = Selectable<RunHistoryTable>;

/** A run by its own id and its workflow's. */
export interface RunOfWorkflow {
  id: string;
  workflow_id: string;
}

/** What is kept of a run's history; undefined until its workflow has ended, and where Temporal had it no longer. */
export function findRunHistory(db: Kysely<Tables>, runId: string): Promise<RunHistoryRow | undefined> {
  return db.selectFrom("run_history").selectAll().where("run_id", "=", runId).executeTakeFirst();
}

/** The first that is kept of a run stays. */
export async function addRunHistory(
  db: Kysely<Tables>,
  row: { run_id: string; digest: string; events: number; build: string | null },
): Promise<void> {
  await db
    .insertInto("run_history")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Runs that ended within this time and whose history isn't kept, the oldest first, but for those that are named. */
export function listRunsWithoutHistory(
  db: Kysely<Tables>,
  { withinMs, but, limit }: { withinMs: number; but: readonly string[]; limit: number },
): Promise<RunOfWorkflow[]> {
  return db
    .selectFrom("run")
    .select(["id", "workflow_id"])
    .where("finished_at", ">", sql<Date>`now() - make_interval(secs => ${withinMs / 1_000})`)
    .where(sql<boolean>`id <> all(${[...but]}::text[])`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("run_history")
            .select("run_history.run_id")
            .whereRef("run_history.run_id", "=", "run.id"),
        ),
      ),
    )
    .orderBy("finished_at")
    .limit(limit)
    .execute();
}

/** Runs that were opened within this time, the oldest first. */
export function listRunsOpenedWithin(db: Kysely<Tables>, withinMs: number): Promise<RunOfWorkflow[]> {
  return db
    .selectFrom("run")
    .select(["id", "workflow_id"])
    .where("opened_at", ">", sql<Date>`now() - make_interval(secs => ${withinMs / 1_000})`)
    .orderBy("opened_at")
    .execute();
}
