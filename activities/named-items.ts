import { stat } from "node:fs/promises";
import type { Definition } from "../core/definition.ts";
import type { NamedItems } from "../core/monitor-checks.ts";
import { listItemIds } from "../db/interactions.ts";
import { countNamedItems, findNewestSnapshot } from "../db/monitoring.ts";
import { digestOfSource } from "../store/source-digest.ts";
import type { ActivityContext } from "./context.ts";
import { digestFile, findSourceFile } from "./csv/source-file.ts";
import { readRows } from "./csv/source-rows.ts";

/** A larger delivery waits for its ingest: reading it each time would cost the monitor more than seconds. */
const LARGEST_FILE_BYTES = 64_000_000;

export interface NamedItemsRequest {
  definition: Definition;
  /** Folder that the definition's paths start from. */
  folder: string;
  source: string;
  itemsTable: string;
  signal: AbortSignal;
}

/**
 * Items that a source names and the items table lacks: by the file as it is delivered now, so that new items are missed
 * before a run ingests them; by the newest snapshot when that is the same, or the file is large.
 * Undefined when there is neither.
 * @throws {InvalidInput} the file cannot be read
 */
export async function findNamedItems(
  context: ActivityContext,
  request: NamedItemsRequest,
): Promise<NamedItems | undefined> {
  const { definition, folder, source, itemsTable, signal } = request;
  const { db } = context.database;
  const defined = definition.sources[source];
  if (!defined) return undefined;
  const snapshot = await findNewestSnapshot(db, definition.name, source);
  const file = await findSourceFile(folder, defined.file, source, context.sourceFolders);
  const bySnapshot = async () =>
    snapshot && { source, ...(await countNamedItems(db, snapshot.table_name, itemsTable)) };
  if ((await stat(file.path)).size > LARGEST_FILE_BYTES) return bySnapshot(); // its digest alone would take seconds
  const bytesDigest = await digestFile(file, signal);
  if (snapshot?.content_digest === digestOfSource(defined, bytesDigest)) return bySnapshot();
  const named = new Set<string>();
  const at = Object.keys(defined.columns).indexOf("item_id");
  for await (const batch of readRows(file, defined, bytesDigest, { signal, progress: () => {} }))
    for (const row of batch) if ("values" in row && row.values[at] != null) named.add(row.values[at]);
  const known = new Set(await listItemIds(db, itemsTable));
  return { source, named: named.size, unknown: named.difference(known).size };
}
