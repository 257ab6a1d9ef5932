/** How fast versions answered when they got their numbers. */
import type { Kysely } from "kysely";
import type { VersionLatency } from "../core/version-latency.ts";
import type { Tables } from "./tables.ts";

/** The first measurement stays: a registration that is tried again measures a machine that is busy with more. */
export async function addVersionLatency(
  db: Kysely<Tables>,
  of: { model: string; version: number },
  { answers, p50Ms, p99Ms, cores }: VersionLatency,
): Promise<void> {
  await db
    .insertInto("version_latency")
    .values({ ...of, answers, p50_ms: p50Ms, p99_ms: p99Ms, cores })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Undefined for a version of before it was measured, and for one without golden rows. */
export async function findVersionLatency(
  db: Kysely<Tables>,
  { model, version }: { model: string; version: number },
): Promise<(VersionLatency & { measuredAt: Date }) | undefined> {
  const row = await db
    .selectFrom("version_latency")
    .selectAll()
    .where("model", "=", model)
    .where("version", "=", version)
    .executeTakeFirst();
  return (
    row && {
      ...{ answers: row.answers, p50Ms: row.p50_ms, p99Ms: row.p99_ms, cores: row.cores },
      measuredAt: row.measured_at,
    }
  );
}
