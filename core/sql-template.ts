/** The `{{ name }}` places of a definition's SQL: a source, a feature table, or `as_of`, the run's date. */

/** Anything between double braces counts, so that a misspelt name is found and refused instead of sent to PostgreSQL. */
const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The name that stands for the run's date instead of a table. */
export const AS_OF = "as_of";

/** Names in `{{ name }}`, each once, in the order of their first use; without `as_of`. */
export function findReferences(sql: string): string[] {
  return [...new Set(namesIn(sql))].filter((name) => name !== AS_OF);
}

/** Whether the SQL asks for the run's date, so that its result depends on it. */
export function usesAsOf(sql: string): boolean {
  return namesIn(sql).includes(AS_OF);
}

/** The SQL with each `{{ name }}`, `{{ as_of }}` too, replaced by what `replace` gives for its name. */
export function fillTemplate(sql: string, replace: (name: string) => string): string {
  return sql.replace(PLACE, (_, name: string) => replace(name));
}

/** Whether braces are left over that belong to no `{{ name }}`, as in `{{ titles }`. */
export function hasUnclosedPlace(sql: string): boolean {
  return /\{\{|\}\}/.test(sql.replace(PLACE, ""));
}

function namesIn(sql: string): string[] {
  return Array.from(sql.matchAll(PLACE), ([, name]) => name ?? "");
}
