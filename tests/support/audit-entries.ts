import { addAudit } from "../../db/audit.ts";
import type { Database } from "../../db/connection.ts";

/** Adds so many entries, each in a transaction of its own. */
export async function addEntries(database: Database, count: number): Promise<void> {
  for (let entry = 1; entry <= count; entry++)
    await addAudit(database.db, {
      action: "start_run",
      model: entry % 2 ? "shop" : null,
      subject: `run shop-${entry} "ä\\ 𝄞"`,
      detail: { entry, nested: { b: [1.5, null, "\n"], a: true } },
    });
}
