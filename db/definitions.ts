import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import { withRefusals } from "./refusals.ts";
import { unchanged } from "./releases.ts";
import type { DefinitionTable, Tables } from "./tables.ts";

/** @throws {NotFound} none has this digest @throws {BrokenPromise} what is stored isn't what has it */
export async function getDefinition(
  db: Kysely<Tables>,
  digest: string,
): Promise<Selectable<DefinitionTable>> {
  const row = await db.selectFrom("definition").selectAll().where("digest", "=", digest).executeTakeFirst();
  if (!row)
    throw new NotFound(`definition ${digest}: is not in the database; apply it again with "holt apply"`);
  unchanged(`definition ${digest}`, digest, row.body);
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

/**
 * Stores a definition in the name of whoever has this proof, and makes it the model's current one; returns the digest
 * of the one before. Appliers of one model go one after another until `trx` ends. @throws {NotAllowed}
 */
export async function applyDefinition(
  trx: Transaction<Tables>,
  proof: string,
  row: { digest: string; model: string; body: object; folder: string },
): Promise<string | null> {
  const { rows } = await withRefusals(() =>
    sql<{ previous: string | null }>`
      select apply_definition(${proof}, ${row.digest}, ${row.model}, ${JSON.stringify(row.body)}, ${row.folder})
        as previous`.execute(trx),
  );
  return rows[0]?.previous ?? null;
}
