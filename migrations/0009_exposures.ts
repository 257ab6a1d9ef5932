/** What people were shown, and what came of it. Old workers and servers may run: it only adds. */
import { type Kysely, sql } from "kysely";
import { ABILITIES, ROLES } from "../core/roles.ts";
import { addArrivals } from "./exposures/arrivals.ts";
import { addExposureDays } from "./exposures/days.ts";
import { addTables } from "./exposures/tables.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addTables(db);
  await addArrivals(db);
  await addExposureDays(db);
  await sql`grant select on exposure, outcome to holt_worker`.execute(db);
  // A database that is new has it from 0003.
  for (const role of ABILITIES.report)
    await sql`insert into role_ability values ('report', ${role}, ${ROLES.indexOf(role)})
      on conflict do nothing`.execute(db);
}
