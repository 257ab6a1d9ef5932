import type { Definition } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { listHolds } from "../db/incident-actions.ts";
import { findNewestSnapshot } from "../db/monitoring.ts";
import type { ActivityContext } from "./context.ts";
import { findSourceFile } from "./csv/source-file.ts";

/**
 * The incident that keeps a scheduled run of the model from being opened; undefined when none does. One about a source lets a run
 * look at what the source has delivered since: without a run nobody would ever see that it is mended.
 */
export async function findHold(
  db: Database["db"],
  of: { definition: Definition; folder: string } & Pick<ActivityContext, "sourceFolders">,
): Promise<number | undefined> {
  for (const { incidentId, cause, since } of await listHolds(db, of.definition.name)) {
    const source = /^source:(.+)$/.exec(cause)?.[1];
    if (source === undefined || !(await hasDelivered(db, source, since, of))) return incidentId;
  }
  return undefined;
}

/** Whether the source's file is newer than what the last run took of it; than the hold, when none took any. */
async function hasDelivered(
  db: Database["db"],
  source: string,
  heldSince: Date,
  { definition, folder, sourceFolders }: Parameters<typeof findHold>[1],
): Promise<boolean> {
  const defined = definition.sources[source];
  if (!defined) return true;
  const taken = await findNewestSnapshot(db, definition.name, source);
  try {
    const { deliveredAt } = await findSourceFile(folder, defined.file, source, sourceFolders);
    return deliveredAt > (taken?.delivered_at ?? heldSince);
  } catch (error) {
    // there is none
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}
