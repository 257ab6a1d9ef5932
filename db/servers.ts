/** The servers that answer now: what each has in memory, and what its versions did. */
import { type Kysely, sql } from "kysely";
import { type ArmCounts, noCounts } from "../core/rollout-judge.ts";
import type { ServingCountTable, Tables } from "./tables.ts";

/** A server says each second that it is there; after so long without a word it doesn't count. */
const SERVER_GONE_AFTER_MS = 10_000;
const SUMS = ["requests", "errors", "fallbacks", "compared", "agreement"] as const;

/** A version in a server's memory. */
export interface HeldVersion {
  model: string;
  version: number;
  /** Why it isn't there; null when it is, ready to answer. */
  problem: string | null;
  /** Since when that goes on, ISO 8601; where there is a problem. */
  since?: string;
}

export interface ServerRow {
  name: string;
  versions: HeldVersion[];
}

/** Says that a server is there, and what it holds. */
export async function noteServer(
  db: Kysely<Tables>,
  server: { id: string; name: string; versions: readonly HeldVersion[] },
): Promise<void> {
  await sql`
    insert into server_instance (id, name, versions)
    values (${server.id}, ${server.name}, ${JSON.stringify(server.versions)}::jsonb)
    on conflict (id) do update set last_seen_at = now(), versions = excluded.versions`.execute(db);
}

/** A server that ends says so, so that nobody waits for it. Its counts stay. Forgets servers that were gone for a day. */
export async function forgetServer(db: Kysely<Tables>, id: string): Promise<void> {
  await sql`
    delete from server_instance where id = ${id} or last_seen_at < now() - interval '1 day'`.execute(db);
}

/** Servers that said a word within SERVER_GONE_AFTER_MS. */
export async function listServers(db: Kysely<Tables>): Promise<ServerRow[]> {
  const { rows } = await sql<ServerRow>`
    select name, versions from server_instance
    where last_seen_at > now() - ${SERVER_GONE_AFTER_MS} * interval '1 millisecond'
    order by name`.execute(db);
  return rows;
}

/** Whether any server said a word within the last day, whatever became of it. */
export async function wereServers(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql`
    select from server_instance where last_seen_at > now() - interval '1 day' limit 1`.execute(db);
  return rows.length > 0;
}

export type Arm = ServingCountTable["arm"];

/** What one server's answers were in one stage of a rollout, since it heard of the stage. */
export interface StageCounts extends ArmCounts {
  runId: string;
  stage: number;
  arm: Arm;
}

/** Writes what a server counted so far; it takes the place of what the server wrote before. */
export async function writeCounts(
  db: Kysely<Tables>,
  serverId: string,
  counts: readonly StageCounts[],
): Promise<void> {
  if (counts.length === 0) return;
  const rows = counts.map(({ runId, latency, ...count }) => ({
    ...{ ...count, run_id: runId, server_id: serverId, latency: [...latency] },
  }));
  await db
    .insertInto("serving_count")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["run_id", "stage", "arm", "server_id"]).doUpdateSet((set) => ({
        requests: set.ref("excluded.requests"),
        errors: set.ref("excluded.errors"),
        fallbacks: set.ref("excluded.fallbacks"),
        compared: set.ref("excluded.compared"),
        agreement: set.ref("excluded.agreement"),
        latency: set.ref("excluded.latency"),
      })),
    )
    .execute();
}

/** What all servers' answers of one arm were in a stage. */
export async function sumCounts(
  db: Kysely<Tables>,
  { runId, stage, arm }: { runId: string; stage: number; arm: Arm },
): Promise<ArmCounts> {
  const rows = await db
    .selectFrom("serving_count")
    .selectAll()
    .where("run_id", "=", runId)
    .where("stage", "=", stage)
    .where("arm", "=", arm)
    .execute();
  const sum = noCounts();
  for (const row of rows) {
    for (const key of SUMS) sum[key] += row[key];
    for (const [bucket, count] of row.latency.entries())
      sum.latency[bucket] = (sum.latency[bucket] ?? 0) + count;
  }
  return sum;
}
