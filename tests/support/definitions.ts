import { type Definition, type DefinitionInput, definitionSchema } from "../../core/definition.ts";

/** The smallest definition that is whole: one source, two feature tables, the popularity list alone. */
export function smallDefinition(change: Partial<DefinitionInput> = {}): DefinitionInput {
  return {
    name: "shop",
    sources: {
      sales: {
        file: "sales.csv",
        columns: {
          user_id: { type: "text" },
          item_id: { type: "text" },
          sold_at: { type: "timestamp" },
        },
        key: ["user_id", "item_id", "sold_at"],
        eventTime: "sold_at",
        knownTime: "sold_at",
      },
    },
    features: {
      interactions: { sql: "select user_id, item_id, sold_at as event_time from {{ sales }}" },
      items: { sql: "select distinct item_id, item_id as title from {{ sales }}" },
    },
    interactions: "interactions",
    items: "items",
    ...change,
  };
}

/** The same with every default filled in. */
export function smallDefinitionParsed(change: Partial<DefinitionInput> = {}): Definition {
  return definitionSchema.parse(smallDefinition(change));
}
