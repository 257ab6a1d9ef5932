/**
 * Each process signs in as a role that can do its own work and no more, so that what is live, decided and written down
 * changes by functions alone. Old workers and servers may run as the database's owner until they are given their roles.
 */
import type { Kysely } from "kysely";
import { grantFunctions } from "./database-roles/functions.ts";
import { grantTables } from "./database-roles/grants.ts";
import { handOver } from "./database-roles/ownership.ts";
import { makeRoles } from "./database-roles/roles.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await makeRoles(db);
  await handOver(db);
  await grantTables(db);
  await grantFunctions(db);
}
