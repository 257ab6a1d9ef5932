import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";

/** What a column's type says: whether a row that is read may lack it, and whether one that is written may. */
interface Column {
  isNullable: boolean;
  mayBeLeftOut: boolean;
}
type Table = Record<string, Column>;

/** The interfaces of tables.ts, read as text: types are gone when the tests run. */
async function writtenTables(): Promise<Record<string, Table>> {
  const text = await readFile(join(import.meta.dirname, "tables.ts"), "utf8");
  const interfaces = Object.fromEntries(
    Array.from(
      text.matchAll(/^export interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}/gms),
      ([, name = "", base = "", body = ""]) => [name, { base, body }],
    ),
  );
  const bodyOf = (name: string): string => {
    const found = interfaces[name];
    return found ? bodyOf(found.base) + found.body : "";
  };
  return Object.fromEntries(
    linesOf(bodyOf("Tables")).map(([table, name]) => [
      table,
      Object.fromEntries(linesOf(bodyOf(name)).map(([column, type]) => [column, columnOf(type)])),
    ]),
  );
}

function linesOf(body: string): [string, string][] {
  return Array.from(body.matchAll(/^ {2}(\w+): (.*);$/gm), ([, name = "", type = ""]) => [name, type]);
}

function columnOf(type: string): Column {
  const [read = type, written = type] = /^ColumnType<(.*)>$/.exec(type)?.[1]?.split(", ") ?? [];
  const isNullable = type === "MaybeTime" || /\| null\b/.test(read);
  const hasDefault = type === "Now" || type.startsWith("Generated<") || /\bundefined\b/.test(written);
  return { isNullable, mayBeLeftOut: isNullable || hasDefault };
}

it("types every table and column that the migrated database has, and no other, nullable where it is", async () => {
  const { db } = await testDatabase();
  const { rows } = await sql<{ table: string; column: string } & Column>`
    select table_name as "table", column_name as "column", is_nullable = 'YES' as "isNullable",
      is_nullable = 'YES' or column_default is not null or is_identity = 'YES' as "mayBeLeftOut"
    from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely_%'`.execute(db);
  const found: Record<string, Table> = {};
  for (const { table, column, ...rest } of rows) found[table] = { ...found[table], [column]: rest };
  expect(Object.keys(found).length).toBeGreaterThan(20);
  expect(await writtenTables()).toEqual(found);
});
