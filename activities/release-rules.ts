/** A release's editorial rules as an artifact, with the items' values that they go by: a server needs no table for them. */
import type { Definition } from "../core/definition.ts";
import { columnsOfRules, itemsOfRules } from "../core/definition-rules.ts";
import { durationMs } from "../core/duration.ts";
import { InvalidInput } from "../core/errors.ts";
import { didYouMean, quoteAll } from "../core/faults.ts";
import { canonicalJson } from "../core/json.ts";
import type { ReleaseRulesFile } from "../core/release-rules.ts";
import { isTimeColumn, listCells, listColumns, listKnownItems, listTimes } from "../db/rule-values.ts";
import type { ActivityContext } from "./context.ts";

/**
 * Stores them and returns their digest; undefined where the definition names none and draws nothing. Equal rules over equal items have one.
 * @throws {InvalidInput} a rule or filter names a column that the items table hasn't, or that of new items is no time
 */
export async function storeReleaseRules(
  { database: { db }, artifacts }: Pick<ActivityContext, "database" | "artifacts">,
  { rules = [], defaultCountry, exploration, newItems, filters }: Definition,
  itemsTable: string,
): Promise<string | undefined> {
  if (rules.length === 0 && !exploration && !newItems && !filters) return undefined;
  const columns = await listColumns(db, itemsTable);
  rules.forEach((rule, at) => {
    if ("column" in rule && !columns.includes(rule.column))
      throw new InvalidInput(
        `rules[${at}].column: "${rule.column}" is not a column of the items table, which has ${quoteAll(columns)}${didYouMean(rule.column, columns)}`,
      );
  });
  filters?.forEach((column, at) => {
    if (!columns.includes(column))
      throw new InvalidInput(
        `filters[${at}]: "${column}" is not a column of the items table, which has ${quoteAll(columns)}${didYouMean(column, columns)}`,
      );
  });
  if (newItems && !(await isTimeColumn(db, itemsTable, newItems.column)))
    throw new InvalidInput(
      `newItems.column: "${newItems.column}" is not a column of the items table with a time (it has ${quoteAll(columns)}); write one that is`,
    );
  const values: ReleaseRulesFile["values"] = [];
  for (const column of columnsOfRules(rules, filters))
    values.push({ column, cells: await listCells(db, itemsTable, column) });
  const file: ReleaseRulesFile = {
    schemaVersion: 1,
    ...{ rules, values },
    ...(defaultCountry !== undefined && { defaultCountry }),
    ...(exploration && { exploration }),
    ...(filters && { filters }),
    ...(newItems && {
      newItems: {
        ...{ share: newItems.share, withinMs: durationMs(newItems.within) },
        since: await listTimes(db, itemsTable, newItems.column),
      },
    }),
    known: await listKnownItems(db, itemsTable, itemsOfRules(rules)),
  };
  return artifacts.put(new TextEncoder().encode(canonicalJson(file)));
}
