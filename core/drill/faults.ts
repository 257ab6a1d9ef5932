/** Faults that a drill injects into a model's data: what each does, and where in a definition it can be done. */
import type { Definition, Source } from "../definition.ts";
import { sourcesNamingItems } from "../sources-behind.ts";

/** By their names on the command line, with what they do to the rows that come from the fault's day on. */
export const DRILL_FAULTS = {
  source_stops: "a source is not delivered any more",
  half_missing: "half of a source's rows are missing",
  doubled: "a source's rows come twice",
  group_stops: "rows with one common value of a category come no more",
  another_unit: "a number comes times 100",
  shifted: "a number comes larger by its usual range",
  recoded: "a category comes in other words",
  emptied: "a column comes empty",
  time_zone: "event times come 9 hours early, as of another zone",
  new_ids: "items come with other ids",
} as const;
export type DrillFault = keyof typeof DRILL_FAULTS;
export const DRILL_FAULT_NAMES = Object.keys(DRILL_FAULTS) as DrillFault[];

/** Where a fault is injected. */
export interface FaultTarget {
  fault: DrillFault;
  source: string;
  column?: string;
}

/** What a drill has to know of the rows: columns of a source that are categories with a common value. */
export type Categories = Readonly<Record<string, readonly string[]>>;

/** Every place where this fault can be injected, in the definition's order; none where the model has no such data. */
export function targetsOf(fault: DrillFault, definition: Definition, categories: Categories): FaultTarget[] {
  return Object.entries(definition.sources).flatMap<FaultTarget>(([source, defined]) => {
    if (fault === "source_stops" || fault === "half_missing" || fault === "doubled")
      return [{ fault, source }];
    const columns = columnsFor(fault, defined, categories[source] ?? []);
    const namesItems = fault !== "new_ids" || sourcesNamingItems(definition).includes(source);
    return namesItems ? columns.map((column) => ({ fault, source, column })) : [];
  });
}

type ColumnFault = Exclude<DrillFault, "source_stops" | "half_missing" | "doubled">;

function columnsFor(fault: ColumnFault, defined: Source, categories: readonly string[]): readonly string[] {
  switch (fault) {
    case "group_stops":
    case "recoded":
      return categories;
    case "another_unit":
    case "shifted":
      return plainColumns(defined, ["number", "integer"]);
    case "emptied":
      return plainColumns(defined).filter((column) => column !== defined.knownTime);
    case "time_zone":
      return defined.eventTime === undefined ? [] : [defined.eventTime];
    case "new_ids":
      return defined.columns["item_id"]?.type === "text" ? ["item_id"] : [];
  }
}

/** Columns outside of the key, of these types or of any. */
export function plainColumns(
  { columns, key }: Pick<Source, "columns" | "key">,
  types?: readonly Source["columns"][string]["type"][],
): string[] {
  return Object.entries(columns)
    .filter(([name, { type }]) => !key.includes(name) && (types?.includes(type) ?? true))
    .map(([name]) => name);
}
