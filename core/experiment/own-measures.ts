/** Measures of a plan's metrics that are a query of its author's own. */
import type { Metric } from "../definition-experiment.ts";
import type { Fault } from "../faults.ts";
import { quoteAll } from "../faults.ts";
import { findReferences, hasUnclosedPlace, usesAsOf } from "../sql-template.ts";
import { codeOf, queryFaults } from "../statement-faults.ts";

/** What such a query may read, by these names in double braces. */
const OWN_TABLES = ["exposures", "outcomes"] as const;
/** What it must yield. */
export const OWN_COLUMNS = ["unit_id", "value"] as const;

/** Queries of a metric: what it is of, and what a ratio is per. */
export function ownMeasures(metric: Metric): { part: "of" | "per"; sql: string }[] {
  if (metric.kind === "retention") return [];
  const parts = { of: metric.of, ...(metric.kind === "ratio" && { per: metric.per }) };
  return Object.entries(parts).flatMap(([part, measure]) =>
    typeof measure === "object" ? [{ part: part as "of" | "per", sql: measure.sql }] : [],
  );
}

/** What is wrong with them as they are written; what only PostgreSQL can know, the first look says. */
export function ownMeasureFaults(name: string, metric: Metric): Fault[] {
  return ownMeasures(metric).flatMap(({ part, sql }) => {
    const path = ["metrics", name, part, "sql"];
    const references = findReferences(sql);
    const unknown = references.filter((table) => !OWN_TABLES.includes(table as (typeof OWN_TABLES)[number]));
    if (unknown.length > 0)
      return [{ path, problem: `reads ${quoteAll(unknown)}; there are ${quoteAll([...OWN_TABLES])} alone` }];
    if (references.length === 0)
      return [{ path, problem: "reads nothing of the experiment; write {{ exposures }} or {{ outcomes }}" }];
    if (hasUnclosedPlace(sql))
      return [{ path, problem: "has braces that do not close; write {{ outcomes }}" }];
    if (usesAsOf(sql))
      return [{ path, problem: "asks for {{ as_of }}, but each unit has a time of its own; leave it out" }];
    const faults = queryFaults(path, sql);
    if (faults.length > 0) return faults;
    const missing = OWN_COLUMNS.filter((column) => !new RegExp(`\\b${column}\\b`, "i").test(codeOf(sql)));
    return missing.length === 0
      ? []
      : [
          {
            path,
            problem: `names no column ${quoteAll([...missing])}; write "select unit_id, … as value from …", one row a unit`,
          },
        ];
  });
}
