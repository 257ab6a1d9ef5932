/** What a version did when it was deployed: the monitor holds it to this. */
import { z } from "zod";

const share = z.number().min(0).max(1).nullable();

export const monitorReferenceSchema = z.strictObject({
  k: z.int(),
  /** People whose shelves were looked at. */
  people: z.int(),
  /** Share of them with a full shelf; null without people. */
  peopleShare: share,
  /** Share of the items table that somebody was shown; null without items. */
  itemShare: share,
  /** Bins of the scores on the shelves, by their deciles; null without scores. */
  scores: z.strictObject({ bounds: z.array(z.number()), shares: z.array(z.number()) }).nullable(),
  /** Of the items that a source names, the share that the items table lacked, by source. */
  unknownItems: z.record(z.string(), z.number()),
});
export type MonitorReference = z.output<typeof monitorReferenceSchema>;
