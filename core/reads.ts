import type { Definition, Feature, OwnStep } from "./definition.ts";
import { findReferences } from "./sql-template.ts";

/** Sources and feature tables whose rows a feature table is made of, in the order of their first use. */
export function readsOfFeature(feature: Feature): string[] {
  return findReferences(feature.sql);
}

/** Sources and feature tables that an own step reads: found in its SQL, said by its `reads` for a command. */
export function readsOfOwnStep(own: OwnStep): string[] {
  return "sql" in own ? findReferences(own.sql) : [...new Set(own.reads)];
}

/** The source or feature table whose people a batch scores; none where that is a file or a table of somebody else's. */
export function readsOfBatch({ deployment, sources, features }: Definition): string[] {
  if (deployment?.kind !== "batch") return [];
  const { from } = deployment;
  return Object.hasOwn(sources, from) || Object.hasOwn(features, from) ? [from] : [];
}
