/** Experiments may be paused. Old servers and workers may run: whom one shows an arm meanwhile is left out, and no look of theirs ends one. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addPauses } from "./experiment-functions/pauses.ts";
import { settleUnlessPaused } from "./experiment-functions/settle-unless-paused.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["pause_experiment", "resume_experiment"]);
  await sql`
    create table experiment_pause (
      experiment_id text not null references experiment,
      from_at timestamptz not null,
      -- null while it lasts
      until_at timestamptz,
      person_id uuid not null references person,
      reason text not null check (reason <> ''),
      resumed_by uuid references person,
      resume_reason text check (resume_reason <> ''),
      primary key (experiment_id, from_at),
      check (until_at > from_at),
      check ((until_at is null) = (resumed_by is null) and (until_at is null) = (resume_reason is null))
    )`.execute(db);
  await sql`create unique index experiment_paused on experiment_pause (experiment_id) where until_at is null`.execute(
    db,
  );
  await addPauses(db);
  await settleUnlessPaused(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on experiment_pause"],
      holt_server: ["select on experiment_pause"],
      holt_auditor: ["select on experiment_pause"],
    },
    calls: { holt_server: ["pause_experiment", "resume_experiment"] },
  });
}
