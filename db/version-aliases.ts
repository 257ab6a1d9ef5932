/** Names that people give to versions. The database's functions say who may. */
import { type Kysely, sql } from "kysely";
import { NotFound } from "../core/errors.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";

export interface VersionAlias {
  name: string;
  version: number;
}

/** Gives a version the name, from another one if need be; the same again changes nothing. @throws as operations/aliases.ts says */
export async function setAlias(
  db: Kysely<Tables>,
  of: { proof: string; model: string; name: string; version: number; reason: string },
): Promise<void> {
  const { proof, model, name, version, reason } = of;
  await withRefusals(() =>
    sql`select set_version_alias(${proof}, ${model}, ${name}, ${version}, ${reason})`.execute(db),
  );
}

/** @throws as operations/aliases.ts says */
export async function removeAlias(
  db: Kysely<Tables>,
  { proof, model, name, reason }: { proof: string; model: string; name: string; reason: string },
): Promise<void> {
  await withRefusals(() =>
    sql`select remove_version_alias(${proof}, ${model}, ${name}, ${reason})`.execute(db),
  );
}

/** All names of a model's versions, in their order. */
export function listAliases(db: Kysely<Tables>, model: string): Promise<VersionAlias[]> {
  return db
    .selectFrom("version_alias")
    .select(["name", "version"])
    .where("model", "=", model)
    .orderBy("name")
    .execute();
}

/** The version that a number or a name means. @throws {NotFound} no version has the name */
export async function resolveVersion(db: Kysely<Tables>, model: string, written: string): Promise<number> {
  if (/^\d+$/.test(written)) return Number(written);
  const found = (await listAliases(db, model)).find(({ name }) => name === written);
  if (found) return found.version;
  throw new NotFound(`model "${model}" alias "${written}": is not there; see "holt versions ${model}"`);
}
