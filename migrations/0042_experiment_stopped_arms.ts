/** One of several arms ends for harm while the others go on. Old servers may run, and answer by it until they are new; no old worker ends one. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addStopArm } from "./experiment-functions/stop-arm.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["stop_arm"]);
  await sql`
    create table experiment_stopped_arm (
      experiment_id text not null,
      arm text not null,
      at timestamptz not null,
      reason text not null check (reason <> ''),
      -- as the look found it that ended it: what came after is of what the control serves
      finding json not null,
      primary key (experiment_id, arm),
      foreign key (experiment_id, arm) references experiment_arm (experiment_id, name)
    )`.execute(db);
  await sql`
    create trigger experiment_stopped_arm_stays before update or delete or truncate on experiment_stopped_arm
    for each statement execute function refuse_change()`.execute(db);
  await addStopArm(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on experiment_stopped_arm"],
      holt_server: ["select on experiment_stopped_arm"],
      holt_auditor: ["select on experiment_stopped_arm"],
    },
    calls: { holt_worker: ["stop_arm"] },
  });
}
