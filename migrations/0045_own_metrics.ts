/**
 * Metrics of experiments as queries of their plan's author. Old workers and servers may run: they refuse such a plan. The login that
 * runs what authors write sees, of running experiments whose frozen plan has such a query, their units' exposures and outcomes, and of no others.
 */
import type { Kysely } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addOwnMetrics } from "./experiment-functions/own-metrics.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addOwnMetrics(db);
  await grantLater(db, {
    tables: {},
    calls: { holt_ingest: ["metric_exposures", "metric_outcomes"] },
  });
}
