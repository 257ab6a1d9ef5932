/** Freezes, what overrides the calendar, and times in which everybody gets the popularity list. The database's functions say who may. */
import { type Kysely, sql } from "kysely";
import type { NewSafeguard, Safeguard } from "../core/api.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** What people read where no person did it. */
export const HOLT = "Holt";

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/safeguards.ts says */
export async function addSafeguard(
  db: Kysely<Tables>,
  { proof, kind, model, from, until, reason }: NewSafeguard & { proof: string },
): Promise<Safeguard> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`
      select add_safeguard(${proof}, ${kind}, ${model}, ${from ?? null}::timestamptz, ${until}::timestamptz, ${reason}) as id`.execute(
      db,
    ),
  );
  return getSafeguard(db, String(rows[0]?.id));
}

/** Lifts one now; one that is over stays as it is. @returns the wake-ups that runs still need @throws {NotAllowed | NotFound} */
export async function liftSafeguard(
  db: Kysely<Tables>,
  { proof, id }: { proof: string; id: string },
): Promise<string[]> {
  const { rows } = await withRefusals(() =>
    sql<{ woken: string }>`select lift_safeguard(${proof}, ${id}::uuid) as woken`.execute(db),
  );
  return rows.map(({ woken }) => woken);
}

/** Those that hold now or are to come, the one that ends first first. */
export async function listSafeguards(db: Kysely<Tables>): Promise<Safeguard[]> {
  const rows = await selectSafeguards(db)
    .where("safeguard.lifted_at", "is", null)
    .where("safeguard.ends_at", ">", sql<Date>`clock_timestamp()`)
    .orderBy("safeguard.ends_at")
    .execute();
  return rows.map(toSafeguard);
}

/** @throws no such row */
export async function getSafeguard(db: Kysely<Tables>, id: string): Promise<Safeguard> {
  return toSafeguard(await selectSafeguards(db).where("safeguard.id", "=", id).executeTakeFirstOrThrow());
}

/** The times in which a model's popularity list was shown to everybody, or is. */
export function listBaselineTimes(db: Kysely<Tables>, model: string) {
  return selectSafeguards(db)
    .where("safeguard.model", "=", model)
    .where("safeguard.kind", "=", "baseline")
    .execute();
}

/** Whether everybody gets a model's popularity list now, because somebody said so. */
export async function isPopularityPutUp(db: Kysely<Tables>, model: string): Promise<boolean> {
  const row = await selectSafeguards(db)
    .where("safeguard.model", "=", model)
    .where("safeguard.kind", "=", "baseline")
    .where("safeguard.lifted_at", "is", null)
    .where("safeguard.starts_at", "<=", sql<Date>`clock_timestamp()`)
    .where("safeguard.ends_at", ">", sql<Date>`clock_timestamp()`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The freeze that holds a model back now, put up or by its calendar, and for how many milliseconds yet; undefined when none does. */
export async function findFreeze(
  db: Kysely<Tables>,
  model: string,
): Promise<{ leftMs: number; endsAt: Date; reason: string } | undefined> {
  const { rows } = await sql<{ leftMs: number; endsAt: Date; reason: string }>`
    select extract(epoch from ends_at - clock_timestamp())::double precision * 1000 as "leftMs", ends_at as "endsAt", reason
    from held_back(${model})`.execute(db);
  return rows[0];
}

/** A time zone of a calendar that PostgreSQL, which decides by it, does not know; undefined when it knows them all. */
export async function findUnknownZone(
  db: Kysely<Tables>,
  freezes: readonly { timeZone: string }[],
): Promise<string | undefined> {
  if (freezes.length === 0) return undefined;
  const zones = [...new Set(freezes.map(({ timeZone }) => timeZone))];
  const { rows } = await sql<{ zone: string }>`
    select zone from unnest(${zones}::text[]) as zone
    where not exists (select from pg_timezone_names where name = zone) and zone <> 'UTC'`.execute(db);
  return rows[0]?.zone;
}

function selectSafeguards(db: Kysely<Tables>) {
  return db
    .selectFrom("safeguard")
    .leftJoin("person as by", "by.id", "safeguard.person_id")
    .select(["safeguard.id", "safeguard.kind", "safeguard.model", "safeguard.reason"])
    .select((of) => of.fn.coalesce("by.name", sql.lit(HOLT)).as("by"))
    .select(["safeguard.starts_at", "safeguard.ends_at", "safeguard.lifted_at"]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectSafeguards>["executeTakeFirstOrThrow"]>>;

function toSafeguard({ starts_at, ends_at, lifted_at, ...row }: Row): Safeguard {
  return { ...row, from: iso(starts_at), until: iso(ends_at), liftedAt: iso(lifted_at) };
}
