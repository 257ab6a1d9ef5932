import { definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import type { MonitorReference } from "../core/monitor-reference.ts";
import { binScores } from "../core/population-stability.ts";
import type { ShelfCount } from "../core/shelf-count.ts";
import { sourcesNamingItems } from "../core/sources-behind.ts";
import type { FeatureDetail, IngestDetail } from "../core/step-details.ts";
import { getDefinition } from "../db/definitions.ts";
import { listItemIds } from "../db/interactions.ts";
import { addReference, countNamedItems, findReference } from "../db/monitoring.ts";
import { findStepDetail } from "../db/steps.ts";
import { getVersion } from "../db/versions.ts";
import type { ActivityContext } from "./context.ts";
import { countShelves, type ShelfContext } from "./shelves.ts";

/**
 * Most people whose shelves a monitor looks at, at deployment and after: always the same ones, so the two can be
 * compared, and an hourly look at a large audience takes seconds.
 */
const MOST_PEOPLE_WATCHED = 5_000;

/**
 * Measures what a version does on the data of the run that made it, and keeps it for the monitor. The first
 * measurement stands; a second call changes nothing.
 */
export async function measureReference(
  context: ActivityContext,
  model: string,
  version: number,
  signal?: AbortSignal,
): Promise<void> {
  const { db } = context.database;
  if (await findReference(db, model, version)) return;
  const { runId, release } = await getVersion(db, model, version);
  const definition = definitionSchema.parse((await getDefinition(db, release.definitionDigest)).body);
  const getDetail = async <T>(step: string) => {
    const detail = await findStepDetail(db, { runId, step });
    if (!detail)
      throw new NotFound(`run "${runId}": step "${step}" left nothing to measure version ${version} with`);
    return detail as T;
  };
  const interactions = await getDetail<FeatureDetail>(`feature:${definition.interactions}`);
  const items = await getDetail<FeatureDetail>(`feature:${definition.items}`);
  const measured = await measureReach(context, {
    artifactDigest: release.artifactDigest,
    interactionsTable: interactions.tableName,
    itemsTable: items.tableName,
    k: definition.evaluation.k,
    ...(signal ? { signal } : {}),
  });
  const unknownItems: Record<string, number> = {};
  for (const source of sourcesNamingItems(definition)) {
    const { tableName } = await getDetail<IngestDetail>(`ingest:${source}`);
    const { named, unknown } = await countNamedItems(db, tableName, items.tableName);
    unknownItems[source] = named === 0 ? 0 : unknown / named;
  }
  const reference: MonitorReference = {
    k: definition.evaluation.k,
    people: measured.count.people,
    peopleShare: measured.peopleShare,
    itemShare: measured.itemShare,
    scores: binScores(measured.scores) ?? null,
    unknownItems,
  };
  await addReference(db, { model, version, reference });
}

export interface MeasuredReach {
  count: ShelfCount;
  /** Share of people with a full shelf; null without people. */
  peopleShare: number | null;
  /** Share of the items table that somebody is shown; null without items. */
  itemShare: number | null;
  /** Of every shown item: at most people watched × k. */
  scores: number[];
}

export interface ReachRequest {
  artifactDigest: string;
  interactionsTable: string;
  itemsTable: string;
  k: number;
  signal?: AbortSignal;
}

/** What a model reaches on some interactions and items, by the people that a monitor watches. */
export async function measureReach(context: ShelfContext, of: ReachRequest): Promise<MeasuredReach> {
  const { itemsTable, ...shelves } = of;
  const items = await listItemIds(context.database.db, itemsTable);
  const scores: number[] = [];
  const count = await countShelves(context, {
    ...shelves,
    sample: MOST_PEOPLE_WATCHED,
    onShelf(_, shelf) {
      for (const { score } of shelf) scores.push(score);
    },
  });
  const shown = items.filter((itemId) => count.shownTo.has(itemId)).length;
  return {
    count,
    peopleShare: count.people === 0 ? null : count.fullShelves / count.people,
    itemShare: items.length === 0 ? null : shown / items.length,
    scores,
  };
}
