/** What goes with the items of a version, and the JSON files that are kept of models. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { StaticDeployment } from "../core/definition-deployment.ts";
import type { StaticFileTable, Tables } from "./tables.ts";

export type StaticFileRow = Selectable<StaticFileTable>;

/** Digest of the artifact with a version's lists; undefined when none was made. */
export async function findStaticLists(
  db: Kysely<Tables>,
  { model, version }: { model: string; version: number },
): Promise<string | undefined> {
  const row = await db
    .selectFrom("static_lists")
    .select("digest")
    .where("model", "=", model)
    .where("version", "=", version)
    .executeTakeFirst();
  return row?.digest;
}

/** The first lists of a version stay. */
export async function addStaticLists(
  db: Kysely<Tables>,
  row: { model: string; version: number; digest: string; items: number },
): Promise<void> {
  await db
    .insertInto("static_lists")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Of all models, or of one. */
export function listStaticFiles(db: Kysely<Tables>, model?: string): Promise<StaticFileRow[]> {
  const all = db.selectFrom("static_file").selectAll().orderBy("model").orderBy("folder");
  return (model === undefined ? all : all.where("model", "=", model)).execute();
}

export interface StaticFileNote {
  model: string;
  folder: string;
  settings: StaticDeployment;
  version: number;
  fence: number;
  /** What the file says now; left out where it could not be looked at. */
  standing?: { digest: string; writtenAt: string; nextChange: string | null } | undefined;
  problem: string | null;
}

/** Notes what a look at a file came to, for whoever asks where it is and whether it is right. */
export async function noteStaticFile(db: Kysely<Tables>, note: StaticFileNote): Promise<void> {
  const { model, folder, standing } = note;
  const seen = {
    ...{ settings: JSON.stringify(note.settings), version: note.version, fence: note.fence },
    ...(standing && {
      ...{ digest: standing.digest, written_at: standing.writtenAt, next_change: standing.nextChange },
    }),
    problem: note.problem,
  };
  const now = sql<Date>`clock_timestamp()`;
  await db
    .insertInto("static_file")
    .values({ model, folder, ...seen, ...(note.problem !== null && { problem_since: now }) })
    .onConflict((conflict) =>
      conflict.columns(["model", "folder"]).doUpdateSet((of) => ({
        ...{ ...seen, checked_at: now },
        // another reason is no other beginning
        problem_since: note.problem === null ? null : of.fn.coalesce("static_file.problem_since", now),
      })),
    )
    .execute();
}

/** Milliseconds since 1970, by the clock that all writers share. */
export async function databaseNow(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return (rows[0] as { now: Date }).now.getTime();
}
