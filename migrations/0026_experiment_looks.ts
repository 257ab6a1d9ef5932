/** What Holt finds at its looks at an experiment, and how one ends. Old workers may run: they don't look. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addShipExperiment } from "./experiment-functions/ship.ts";
import { addWakeExperiment } from "./experiment-functions/wake.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["ship_experiment", "settle_experiment"]);
  // One row a day, of the day's last look: what the page draws. Whole days since the start, from 0.
  await sql`
    create table experiment_look (
      experiment_id text not null references experiment,
      day integer not null check (day >= 0),
      at timestamptz not null default now(),
      verdict text not null check (verdict in ('ship', 'stop', 'go_on', 'inconclusive')),
      -- the arm that would be shipped
      arm text,
      reason text not null check (reason <> ''),
      -- core/experiment/analyse.ts has its shape
      analysis json not null,
      primary key (experiment_id, day),
      foreign key (experiment_id, arm) references experiment_arm (experiment_id, name),
      check ((verdict = 'ship') = (arm is not null))
    )`.execute(db);
  // What stays as it was found first: how many units the intervals are narrowest at, and that the arms lost units.
  await sql`
    create table experiment_course (
      experiment_id text primary key references experiment,
      planned_units integer check (planned_units > 0),
      mismatch_at timestamptz,
      -- what keeps it from going on by itself, in words for a person
      waits_for text check (waits_for <> '')
    )`.execute(db);
  await addShipExperiment(db);
  await addWakeExperiment(db);
  await grantLater(db, {
    tables: {
      holt_worker: [
        "select, insert, update on experiment_look",
        "select, insert, update on experiment_course",
      ],
      holt_server: ["select on experiment_look, experiment_course"],
      holt_auditor: ["select on experiment_look"],
    },
    calls: { holt_worker: ["settle_experiment"], holt_server: ["ship_experiment"] },
  });
}
