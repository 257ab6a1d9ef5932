import { type Kysely, sql } from "kysely";
import type { ItemFacts } from "../core/qa-items.ts";
import { dataTable } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

/**
 * Some items of an items table, with what a shelf shows of them; those that aren't in it are left out.
 * @param display columns for genre and picture, by the definition, whose QA has found them there
 */
export async function findShownItems(
  db: Kysely<Tables>,
  itemsTable: string,
  display: { genre?: string | undefined; picture?: string | undefined },
  itemIds: readonly string[],
): Promise<Map<string, ItemFacts>> {
  const shown = (column: string | undefined) =>
    column === undefined ? sql`null` : sql`${sql.ref(column)}::text`;
  const { rows } = await sql<{ item_id: string } & ItemFacts>`
    select item_id, title, ${shown(display.genre)} as genre, ${shown(display.picture)} as picture
    from ${dataTable(itemsTable)} where item_id = any(${[...itemIds]}::text[])`.execute(db);
  return new Map(rows.map(({ item_id, title, genre, picture }) => [item_id, { title, genre, picture }]));
}
