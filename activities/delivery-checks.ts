import type { MonitorCheck } from "../core/api.ts";
import type { Definition } from "../core/definition.ts";
import { checkDelivery } from "../core/inputs/delivery-checks.ts";
import type { SourceProfile } from "../core/inputs/profile.ts";
import type { Database } from "../db/connection.ts";
import { findNewestSnapshot } from "../db/monitoring.ts";
import { addProfile, listProfiledSnapshots, measureProfile } from "../db/source-profiles.ts";

/** The newest, and four weeks of daily deliveries before it. */
const MOST_DELIVERIES = 29;

/**
 * Whether the newest delivery of each source that a run took is as the earlier ones were. A delivery is measured the
 * first time that it is met, which takes a few passes over its table; later looks read what was found then.
 */
export async function deliveryChecks(
  { database: { db } }: { database: Pick<Database, "db"> },
  { definition, signal }: { definition: Definition; signal: AbortSignal },
): Promise<MonitorCheck[]> {
  const checks: MonitorCheck[] = [];
  for (const [source, defined] of Object.entries(definition.sources)) {
    const newest = await findNewestSnapshot(db, definition.name, source);
    if (!newest) continue;
    // one more, since what is new in a delivery is told by the one before
    const deliveries = await listProfiledSnapshots(db, newest, MOST_DELIVERIES + 1);
    const profiles: SourceProfile[] = [];
    for (const [at, delivery] of deliveries.entries()) {
      if (at === 0 && deliveries.length > MOST_DELIVERIES) continue;
      signal.throwIfAborted();
      const profile = delivery.profile ?? (await measureProfile(db, delivery, defined, deliveries[at - 1]));
      if (!delivery.profile) await addProfile(db, delivery.id, profile);
      profiles.push(profile);
    }
    const last = profiles.at(-1);
    if (last)
      checks.push(...checkDelivery({ source, defined, newest: last, earlier: profiles.slice(0, -1) }));
  }
  return checks;
}
