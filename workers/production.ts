import { InvalidInput } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findTooStrongRole } from "../db/database-roles.ts";
import { isProduction, type Settings } from "../store/settings.ts";

/**
 * With HOLT_MODE=production a worker doesn't start with rights that it has no need for.
 * @throws {InvalidInput} all that is missing, a line each
 */
export async function assertProduction(
  env: NodeJS.ProcessEnv,
  { settings, database, ingest }: { settings: Settings; database: Database; ingest: Database },
): Promise<void> {
  if (!isProduction(env)) return;
  const faults: string[] = [];
  if (!settings.ingestDatabaseUrl)
    faults.push(
      "HOLT_INGEST_DATABASE_URL: is not set, so SQL and commands of definitions would have the worker's rights; name the role holt_ingest",
    );
  const pools = { DATABASE_URL: database, HOLT_INGEST_DATABASE_URL: ingest };
  for (const [variable, { db }] of Object.entries(pools)) {
    const role = await findTooStrongRole(db);
    if (role !== undefined)
      faults.push(
        `${variable}: the database role "${role}" may do anything to Holt's tables; sign in as holt_${variable === "DATABASE_URL" ? "worker" : "ingest"}`,
      );
  }
  if (faults.length > 0) throw new InvalidInput(`HOLT_MODE is "production", so:\n${faults.join("\n")}`);
}
