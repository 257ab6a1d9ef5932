/** How many answers servers gave in each arm, counted before anything of them can be lost. Old servers may run: theirs are not counted. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Each process writes what it gave since its start, in the place of what it wrote before.
  await sql`
    create table experiment_given (
      experiment_id text not null references experiment,
      server_id uuid not null,
      arm text not null,
      -- of the answer
      day date not null,
      answers bigint not null,
      -- of these, whose exposure the server could not keep
      not_kept bigint not null check (not_kept <= answers),
      primary key (experiment_id, server_id, arm, day)
    )`.execute(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on experiment_given"],
      holt_server: ["select, insert, update on experiment_given"],
      holt_auditor: ["select on experiment_given"],
    },
    calls: {},
  });
}
