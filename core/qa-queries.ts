/** The SQL of a definition's QA settings: where it stands, and what it reads. */
import type { Definition } from "./definition.ts";
import type { ChosenIds, QaSettings } from "./definition-qa.ts";
import { findReferences, usesAsOf } from "./sql-template.ts";

export interface QaQuery {
  /** As in `["qa", "mustHave", "originals", "items", "sql"]`. */
  path: string[];
  sql: string;
}

/** All of them, in the order of the settings. */
export function queriesOfQa(qa: QaSettings): QaQuery[] {
  const { newItems, retiredItems } = qa.extremes;
  return [
    ...(qa.value ? [{ path: ["qa", "value", "sql"], sql: qa.value.sql }] : []),
    ...Object.entries(qa.mustHave).flatMap(([name, { items }]) =>
      chosen(["qa", "mustHave", name, "items"], items),
    ),
    ...Object.entries(qa.forbidden).flatMap(([name, { people, items }]) => [
      ...chosen(["qa", "forbidden", name, "people"], people),
      ...chosen(["qa", "forbidden", name, "items"], items),
    ]),
    ...Object.entries(qa.segments).map(([name, { sql }]) => ({ path: ["qa", "segments", name, "sql"], sql })),
    ...chosen(["qa", "extremes", "newItems"], newItems),
    ...chosen(["qa", "extremes", "retiredItems"], retiredItems),
  ];
}

/** Sources and feature tables that the QA's queries read, each once. */
export function readsOfQa({ qa }: Definition): string[] {
  return [...new Set(queriesOfQa(qa).flatMap(({ sql }) => findReferences(sql)))];
}

/** Whether one of them asks for the run's date. */
export function qaUsesAsOf({ qa }: Definition): boolean {
  return queriesOfQa(qa).some(({ sql }) => usesAsOf(sql));
}

function chosen(path: string[], ids: ChosenIds | undefined): QaQuery[] {
  return ids && "sql" in ids ? [{ path: [...path, "sql"], sql: ids.sql }] : [];
}
