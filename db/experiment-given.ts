/** Answers that servers gave in arms of experiments, by their own count. */
import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** What one server, or all, gave in an arm on a day (UTC). */
export interface GivenDay {
  arm: string;
  /** As in `2026-11-30`. */
  day: string;
  answers: number;
  /** Of these, whose exposure the server could not keep. */
  notKept: number;
}

/** Writes what a server gave since its start, in the place of what it wrote before. An experiment that is not here is left out. */
export async function writeGiven(
  db: Kysely<Tables>,
  serverId: string,
  given: readonly (GivenDay & { experiment: string })[],
): Promise<void> {
  if (given.length === 0) return;
  await sql`
    insert into experiment_given (experiment_id, server_id, arm, day, answers, not_kept)
    select e.id, ${serverId}, g.arm, g.day, g.answers, g."notKept"
      from jsonb_to_recordset(${JSON.stringify(given)}) as g (experiment text, arm text, day date, answers bigint, "notKept" bigint)
        join experiment e on e.id = g.experiment
    on conflict (experiment_id, server_id, arm, day) do update set answers = excluded.answers, not_kept = excluded.not_kept`.execute(
    db,
  );
}

/** What all servers gave, by arm and day. */
export async function listGiven(db: Kysely<Tables>, experimentId: string): Promise<GivenDay[]> {
  return db
    .selectFrom("experiment_given")
    .select(["arm", sql<string>`day::text`.as("day")])
    .select(sql<number>`sum(answers)::bigint`.as("answers"))
    .select(sql<number>`sum(not_kept)::bigint`.as("notKept"))
    .where("experiment_id", "=", experimentId)
    .groupBy(["arm", "experiment_given.day"])
    .orderBy("experiment_given.day")
    .orderBy("arm")
    .execute();
}
