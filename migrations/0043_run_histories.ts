/** The workflow history of each ended run, kept with its other evidence longer than Temporal keeps it. Old servers and workers may run: they keep none. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run_history (
      run_id text primary key references run (id),
      -- of the artifact with the history as JSON, as Temporal's own command saves one
      digest text not null check (digest ~ '^[0-9a-f]{64}$'),
      events integer not null check (events > 0),
      -- of the worker that began the run: what it was told, else its commit, else a sum of its workflow code
      build text,
      archived_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create trigger run_history_stays before update or delete or truncate on run_history
    for each statement execute function refuse_change()`.execute(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert on run_history"],
      holt_server: ["select on run_history"],
      holt_auditor: ["select on run_history"],
    },
    calls: {},
  });
}
