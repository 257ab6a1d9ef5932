/** What a feature table or an own step reads: tables of this run's earlier steps, seen as of the run's date. */
import { NotFound } from "../core/errors.ts";
import type { FeatureDetail, IngestDetail } from "../core/step-details.ts";
import type { StepRef } from "../core/steps.ts";
import type { SeenTable } from "../db/seen-tables.ts";
import type { StepSurroundings } from "./record-step.ts";

export interface DataInput extends SeenTable {
  /** Equal digests mean equal rows. */
  digest: string;
}

/** What the step is about: `ratings` of `ingest:ratings`. */
export function subjectOf({ step }: StepRef): string {
  return step.slice(step.indexOf(":") + 1);
}

/** The definition's part that a step is about. @throws {NotFound} */
export function partOf<Part>(
  parts: Record<string, Part>,
  kind: "sources" | "features" | "steps",
  name: string,
): Part {
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (!part)
    throw new NotFound(`${kind}.${name}: is not in the run's definition; start a new run after "holt apply"`);
  return part;
}

/** @throws {NotFound} a step that makes one of them left nothing */
export function findDataInputs(around: StepSurroundings, names: readonly string[]): Promise<DataInput[]> {
  return Promise.all(
    names.map(async (name): Promise<DataInput> => {
      if (!Object.hasOwn(around.definition.sources, name)) {
        const { tableName, inputDigest } = await around.getDetail<FeatureDetail>(`feature:${name}`);
        return { name, tableName, digest: inputDigest, columns: undefined, newestKnownTime: null };
      }
      const detail = await around.getDetail<IngestDetail>(`ingest:${name}`);
      return {
        name,
        tableName: detail.tableName,
        digest: detail.contentDigest,
        columns: Object.keys(partOf(around.definition.sources, "sources", name).columns),
        newestKnownTime: detail.newestKnownTime,
      };
    }),
  );
}

/**
 * What decides the result of a step that reads these. The run's date is a part of it only if it can matter: a row of
 * theirs became known after it, or the step asks for it. So the nights on which nothing changed build nothing.
 */
export function decidedBy(inputs: readonly DataInput[], asOf: Date, asksForDate: boolean) {
  const hidesRows = inputs.filter((input) => isPartlySeen(input, asOf));
  return {
    inputs: Object.fromEntries(inputs.map(({ name, digest }) => [name, digest])),
    ...(asksForDate || hidesRows.length > 0 ? { asOf: asOf.toISOString() } : {}),
    // Two snapshots of equal bytes may differ in when their rows became known.
    ...(hidesRows.length > 0 ? { snapshots: hidesRows.map(({ tableName }) => tableName) } : {}),
  };
}

/** Whether the table has rows that a run as of this date must not see. */
export function isPartlySeen({ newestKnownTime }: SeenTable, asOf: Date): boolean {
  return newestKnownTime !== null && new Date(newestKnownTime) > asOf;
}
