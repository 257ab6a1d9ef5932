/** Times in which alerts wait. The database's functions say who may put them up. */
import { type Kysely, sql } from "kysely";
import type { NewSilence, Silence } from "../core/alerts-api.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** @throws {NotAllowed | NotFound | InvalidInput} as operations/silences.ts says */
export async function addSilence(
  db: Kysely<Tables>,
  { proof, model, cause, until, reason }: NewSilence & { proof: string },
): Promise<Silence> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`
      select silence_alerts(${proof}, ${model}, ${cause ?? null}, ${until}::timestamptz, ${reason}) as id`.execute(
      db,
    ),
  );
  return getSilence(db, String(rows[0]?.id));
}

/** Ends one now; one that is over stays as it is. @throws {NotAllowed | NotFound} */
export async function liftSilence(
  db: Kysely<Tables>,
  { proof, id }: { proof: string; id: string },
): Promise<Silence> {
  await withRefusals(() => sql`select lift_silence(${proof}, ${id}::uuid)`.execute(db));
  return getSilence(db, id);
}

/** Those that hold now, the one that ends first first. */
export async function listSilences(db: Kysely<Tables>): Promise<Silence[]> {
  const rows = await selectSilences(db)
    .where("alert_silence.lifted_at", "is", null)
    .where("alert_silence.ends_at", ">", sql<Date>`clock_timestamp()`)
    .orderBy("alert_silence.ends_at")
    .execute();
  return rows.map(toSilence);
}

async function getSilence(db: Kysely<Tables>, id: string): Promise<Silence> {
  return toSilence(await selectSilences(db).where("alert_silence.id", "=", id).executeTakeFirstOrThrow());
}

function selectSilences(db: Kysely<Tables>) {
  return db
    .selectFrom("alert_silence")
    .innerJoin("person as by", "by.id", "alert_silence.person_id")
    .select(["alert_silence.id", "alert_silence.model", "alert_silence.cause", "alert_silence.reason"])
    .select(["alert_silence.starts_at", "alert_silence.ends_at", "alert_silence.lifted_at", "by.name as by"]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectSilences>["executeTakeFirstOrThrow"]>>;

function toSilence({ starts_at, ends_at, lifted_at, ...row }: Row): Silence {
  return { ...row, from: iso(starts_at), until: iso(ends_at), liftedAt: iso(lifted_at) };
}
