import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import type { DefinitionTable, Tables } from "./tables.ts";

/** @throws {NotFound} none has this digest */
export async function getDefinition(
  db: Kysely<Tables>,
  digest: string,
): Promise<Selectable<DefinitionTable>> {
  const row = await db.selectFrom("definition").selectAll().where("digest", "=", digest).executeTakeFirst();
  if (!row)
    throw new NotFound(`definition ${digest}: is not in the database; apply it again with "holt apply"`);
  return row;
}

/** Stores a definition under its digest; the same again changes nothing but the folder that its files are in now. */
export async function addDefinition(
  db: Kysely<Tables>,
  row: { digest: string; model: string; body: object; folder: string },
): Promise<void> {
  await db
    .insertInto("definition")
    .values({ ...row, body: JSON.stringify(row.body) })
    .onConflict((conflict) => conflict.column("digest").doUpdateSet({ folder: row.folder }))
    .execute();
}

/** Makes a stored definition the model's current one. */
export async function setCurrentDefinition(db: Kysely<Tables>, model: string, digest: string): Promise<void> {
  const change = { definition_digest: digest, applied_at: new Date() };
  await db
    .insertInto("model")
    .values({ name: model, ...change })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(change))
    .execute();
}

/** Makes appliers of one model go one after another, also before the model has a row. Held until `trx` ends. */
export async function lockModelName(trx: Transaction<Tables>, model: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`apply ${model}`}, 0))`.execute(trx);
}
