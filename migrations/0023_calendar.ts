/** The change calendar of a definition holds flips back, as a freeze does; a thaw overrides it. Old workers may run: they wait less well, and are refused. */
import { type Kysely, sql } from "kysely";
import { addHeldBack } from "./calendar-functions/held-back.ts";
import { replaceAddSafeguard } from "./calendar-functions/put-up.ts";
import { addCalendarWindows } from "./calendar-functions/windows.ts";
import { grantLater } from "./database-roles/later.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["thaw"]);
  await sql`
    alter table safeguard drop constraint safeguard_kind_check,
      add constraint safeguard_kind_check check (kind in ('freeze', 'baseline', 'thaw'))`.execute(db);
  await addCalendarWindows(db);
  await addHeldBack(db);
  await replaceAddSafeguard(db);
  await grantLater(db, {
    tables: {},
    calls: { holt_worker: ["held_back"] },
  });
}
