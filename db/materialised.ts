/** Lists of a version for everybody, one table a version in the schema `lists`, and which of these tables are whole. */
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type pg from "pg";
import { sha256 } from "../store/digest.ts";
import { quoteName } from "./data-tables.ts";
import type { MaterialisedTable, Tables } from "./tables.ts";
import { lockModel } from "./versions.ts";

const SCHEMA = "lists";
/** Tables of so many versions are kept, beside those of what is live and what is being rolled out. */
const KEPT_VERSIONS = 5;

export type MaterialisedRow = Selectable<MaterialisedTable>;

interface VersionRef {
  model: string;
  version: number;
}

export interface PersonList {
  userId: string;
  /** Best first, and the score of each. */
  items: readonly string[];
  scores: readonly number[];
}

/** The table in which a version's lists are to be; made when there is none, or when it was dropped. */
export async function openLists(
  db: Kysely<Tables>,
  { model, version }: VersionRef,
  k: number,
): Promise<MaterialisedRow> {
  return db.transaction().execute(async (trx) => {
    await lockModel(trx, model);
    const there = await findLists(trx, { model, version });
    if (there && there.dropped_at === null) return there;
    const table_name = `${model}_${version}`;
    await sql`
      create table ${sql.table(`${SCHEMA}.${table_name}`)} (
        user_id text collate "C" primary key,
        items text[] not null,
        scores double precision[] not null,
        check (cardinality(items) = cardinality(scores))
      )`.execute(trx);
    await sql`grant select on ${sql.table(`${SCHEMA}.${table_name}`)} to holt_server`.execute(trx);
    const fresh = { done_up_to: null, people: 0, finished_at: null, dropped_at: null };
    return trx
      .insertInto("materialised")
      .values({ model, version, table_name, k, ...fresh })
      .onConflict((conflict) =>
        conflict.columns(["model", "version"]).doUpdateSet({ table_name, k, ...fresh }),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** Undefined when nobody began to write any. */
export function findLists(
  db: Kysely<Tables>,
  { model, version }: VersionRef,
): Promise<MaterialisedRow | undefined> {
  return db
    .selectFrom("materialised")
    .selectAll()
    .where("model", "=", model)
    .where("version", "=", version)
    .executeTakeFirst();
}

/** Whether a version's lists are whole, and their table is there. */
export async function hasLists(db: Kysely<Tables>, of: VersionRef): Promise<boolean> {
  const lists = await findLists(db, of);
  if (!lists || lists.finished_at === null || lists.dropped_at !== null) return false;
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass(${`${SCHEMA}.${quoteName(lists.table_name)}`}) is not null as there`.execute(db);
  return rows[0]?.there ?? false;
}

/**
 * Adds lists of people up to `doneUpTo`, together with the note that these are done; people of whom there is nothing to
 * show have none. @throws another attempt went on meanwhile from where this one stood; a later one may try again
 */
export async function addLists(
  db: Kysely<Tables>,
  { model, version, table_name, done_up_to }: MaterialisedRow,
  lists: readonly PersonList[],
  doneUpTo: string,
): Promise<MaterialisedRow> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable("materialised")
      .set((of) => ({ done_up_to: doneUpTo, people: of("people", "+", lists.length) }))
      .where("model", "=", model)
      .where("version", "=", version)
      .where("finished_at", "is", null)
      .where("done_up_to", "is not distinct from", done_up_to)
      .returningAll()
      .executeTakeFirst();
    if (!row)
      throw new Error(`model "${model}" version ${version}: its lists were written on by another attempt`);
    const rows = lists.map(({ userId: user_id, items, scores }) => ({ user_id, items, scores }));
    await sql`
      insert into ${sql.table(`${SCHEMA}.${table_name}`)} (user_id, items, scores)
      select user_id, items, scores
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as list(user_id text, items text[], scores double precision[])`.execute(trx);
    return row;
  });
}

/** From now on servers look them up, and the version may go live. */
export async function finishLists(db: Kysely<Tables>, { model, version }: VersionRef): Promise<void> {
  await db
    .updateTable("materialised")
    .set({ finished_at: sql`now()` })
    .where("model", "=", model)
    .where("version", "=", version)
    .where("finished_at", "is", null)
    .execute();
}

/**
 * Drops the tables of versions that are neither live, nor being rolled out, nor an experiment's arm, nor among the newest. Under the lock that
 * flips take, so that nothing goes live whose table is on its way out. Their versions.
 */
export async function dropOldLists(db: Kysely<Tables>, model: string): Promise<number[]> {
  return db.transaction().execute(async (trx) => {
    await lockModel(trx, model);
    const old = await findOldLists(trx, model);
    for (const { version, table_name } of old) {
      await sql`drop table if exists ${sql.table(`${SCHEMA}.${table_name}`)}`.execute(trx);
      await trx
        .updateTable("materialised")
        .set({ dropped_at: sql`now()` })
        .where("model", "=", model)
        .where("version", "=", version)
        .execute();
    }
    return old.map(({ version }) => version);
  });
}

async function findOldLists(trx: Transaction<Tables>, model: string): Promise<MaterialisedRow[]> {
  return trx
    .selectFrom("materialised")
    .selectAll()
    .where("model", "=", model)
    .where("dropped_at", "is", null)
    .orderBy("version", "desc")
    .offset(KEPT_VERSIONS)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("live")
            .whereRef("live.model", "=", "materialised.model")
            .whereRef("live.version", "=", "materialised.version"),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("traffic")
            .whereRef("traffic.model", "=", "materialised.model")
            .whereRef("traffic.version", "=", "materialised.version"),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("experiment_arm as arm")
            .innerJoin("experiment", "experiment.id", "arm.experiment_id")
            .whereRef("arm.model", "=", "materialised.model")
            .whereRef("arm.version", "=", "materialised.version")
            .where("experiment.ended_at", "is", null),
        ),
      ),
    )
    .execute();
}

/** One person's list, by a statement that PostgreSQL plans once a table and connection; undefined for a stranger. */
export async function findListAgain(
  pool: pg.Pool,
  tableName: string,
  userId: string,
): Promise<Omit<PersonList, "userId"> | undefined> {
  const { rows } = await pool.query<{ items: string[]; scores: number[] }>({
    name: `list of ${sha256(tableName).slice(0, 32)}`,
    text: `select items, scores from ${SCHEMA}.${quoteName(tableName)} where user_id = $1`,
    values: [userId],
  });
  return rows[0];
}

/** The same of many people in one statement; strangers are left out. As JSON, which Node reads faster than arrays. */
export async function findListsAgain(
  pool: pg.Pool,
  tableName: string,
  userIds: readonly string[],
): Promise<PersonList[]> {
  const { rows } = await pool.query<PersonList>({
    name: `lists of ${sha256(tableName).slice(0, 32)}`,
    text: `select user_id as "userId", to_json(items) as items, to_json(scores) as scores from ${SCHEMA}.${quoteName(tableName)}
      where user_id = any($1::text[])`,
    values: [[...userIds]],
  });
  return rows;
}
