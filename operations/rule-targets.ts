import { isDeepStrictEqual } from "node:util";
import type { Definition } from "../core/definition.ts";
import { columnsOfRules, itemsOfRules } from "../core/definition-rules.ts";
import { didYouMean, type Fault, quoteAll } from "../core/faults.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import type { Database } from "../db/connection.ts";
import { dataTableExists } from "../db/data-tables.ts";
import { isTimeColumn, listColumns, listKnownItems } from "../db/rule-values.ts";
import { findStepDetail } from "../db/steps.ts";
import { listLastResults } from "../db/views/last-results.ts";

/**
 * Items and columns that rules, filters and the share of new items name and the items table lacks, by the newest run that built it from the same sources and
 * feature tables. Without one nobody can tell yet: that run's QA then refuses a column that isn't there.
 */
export async function findUnknownTargets({ db }: Database, definition: Definition): Promise<Fault[]> {
  const { rules = [], newItems, filters = [], name: model, items } = definition;
  if (rules.length === 0 && !newItems && filters.length === 0) return [];
  const step = `feature:${items}`;
  const last = (await listLastResults(db, model)).get(step);
  if (!last || !isBuiltAlike(last.definition, definition)) return [];
  const { tableName } = ((await findStepDetail(db, { runId: last.runId, step })) ??
    {}) as Partial<FeatureDetail>;
  if (tableName === undefined || !(await dataTableExists(db, tableName))) return [];
  const columns = await listColumns(db, tableName);
  const unknownColumns = columnsOfRules(rules).filter((column) => !columns.includes(column));
  const known = new Set(await listKnownItems(db, tableName, itemsOfRules(rules)));
  const times = newItems ? await noTime(db, tableName, { column: newItems.column, columns }) : [];
  const targets = rules.flatMap((rule, at): Fault[] => {
    if ("column" in rule && unknownColumns.includes(rule.column))
      return [
        {
          path: ["rules", at, "column"],
          problem: noColumn(rule.column, columns),
        },
      ];
    if ("item" in rule && !known.has(rule.item))
      return [
        {
          path: ["rules", at, "item"],
          problem: `"${rule.item}" is not in the items table of run "${last.runId}"; write an id that is, or run first`,
        },
      ];
    return [];
  });
  const unknownFilters = filters.flatMap((column, at) =>
    columns.includes(column) ? [] : [{ path: ["filters", at], problem: noColumn(column, columns) }],
  );
  return [...targets, ...unknownFilters, ...times];
}

function noColumn(column: string, columns: readonly string[]): string {
  return `"${column}" is not a column of the items table, which has ${quoteAll(columns)}${didYouMean(column, columns)}`;
}

async function noTime(
  db: Database["db"],
  tableName: string,
  { column, columns }: { column: string; columns: readonly string[] },
): Promise<Fault[]> {
  if (await isTimeColumn(db, tableName, column)) return [];
  const problem = columns.includes(column)
    ? `"${column}" is a column of the items table, but not of a time; write one that is`
    : noColumn(column, columns);
  return [{ path: ["newItems", "column"], problem }];
}

function isBuiltAlike(one: Definition, other: Definition): boolean {
  const parts = ({ sources, features, items }: Definition) => ({ sources, features, items });
  return isDeepStrictEqual(parts(one), parts(other));
}
