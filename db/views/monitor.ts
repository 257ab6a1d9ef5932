/** What the monitor saw, as the API and the CLI show it. */
import type { Kysely } from "kysely";
import { type MonitorRun, monitorCheckSchema } from "../../core/api.ts";
import type { Tables } from "../tables.ts";
import { getModel } from "./models.ts";
import { iso } from "./time.ts";

const MOST_RUNS = 100;

/** The last 100 times that the monitor looked at a model, the newest first. @throws {NotFound} no such model */
export async function listMonitorRuns(db: Kysely<Tables>, model: string): Promise<MonitorRun[]> {
  await getModel(db, model);
  const rows = await db
    .selectFrom("monitor_run")
    .selectAll()
    .where("model", "=", model)
    .orderBy("at", "desc")
    .limit(MOST_RUNS)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    model: row.model,
    version: row.version,
    at: iso(row.at),
    verdict: row.verdict,
    checks: monitorCheckSchema.array().parse(row.checks),
    durationMs: row.duration_ms,
  }));
}
