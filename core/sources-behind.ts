import type { Definition } from "./definition.ts";
import { readsOfFeature } from "./reads.ts";

/** Sources that a feature table's rows come from, also by way of other feature tables; sorted. */
export function sourcesBehind(definition: Definition, feature: string): string[] {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string) => {
    if (visited.has(name)) return;
    visited.add(name);
    if (Object.hasOwn(definition.sources, name)) found.add(name);
    const table = definition.features[name];
    if (table) readsOfFeature(table).forEach(visit);
  };
  visit(feature);
  return [...found].sort();
}

/**
 * Sources that name items but don't make the items table: they have a column `item_id`, and interactions are made of
 * them. When the table stands still, they name what it lacks.
 */
export function sourcesNamingItems(definition: Definition): string[] {
  const makers = sourcesBehind(definition, definition.items);
  return sourcesBehind(definition, definition.interactions).filter(
    (source) => !makers.includes(source) && definition.sources[source]?.columns["item_id"] !== undefined,
  );
}

/** What is behind the items table: its one source, else the table itself. */
export function causeOfMissingItems(definition: Definition): string {
  const makers = sourcesBehind(definition, definition.items);
  return makers.length === 1 ? `source:${makers[0]}` : `feature:${definition.items}`;
}
