/** Units of experiments by arm and day, for those who may not see who they are. Old workers may run: theirs stay as they were. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // By the day of their first exposure, whether their time is over or not; made anew at each look.
  await sql`
    create table experiment_intake (
      experiment_id text not null references experiment,
      arm text not null,
      day date not null,
      units bigint not null check (units >= 0),
      -- staff and bots, who are not among the units
      left_out bigint not null check (left_out >= 0),
      primary key (experiment_id, day, arm)
    )`.execute(db);
  // which arm went live by it stands in the log alone
  await sql`
    create index audit_experiment_end on audit (subject) where action in ('ship_experiment', 'settle_experiment')`.execute(
    db,
  );
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert, update, delete on experiment_intake"],
      holt_server: ["select on experiment_intake"],
      holt_auditor: ["select on experiment_intake"],
    },
    calls: {},
  });
}
