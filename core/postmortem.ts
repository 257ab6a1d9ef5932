/** What is known of an incident afterwards, or while it stands. */
import { z } from "zod";
import { alertSchema } from "./alerts-api.ts";
import { incidentSchema } from "./api.ts";

const time = z.iso.datetime();
/** What a look of the monitor found of one check. */
const seenSchema = z.object({ at: time, value: z.string() });

export const postmortemSchema = z.object({
  incident: incidentSchema,
  /** Who looks after what is behind it. */
  owner: z.string().nullable(),
  /** From what is behind it to what people were given, a sentence each. */
  lineage: z.array(z.string()),
  /** Other models that read the same file. */
  alsoReads: z.array(z.object({ model: z.string(), source: z.string() })),
  /** Of each check that it broke: when it passed last before, and failed first. */
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      threshold: z.string(),
      lastGood: seenSchema.nullable(),
      firstBad: seenSchema.nullable(),
    }),
  ),
  /** In the order in which it happened. */
  timeline: z.array(z.object({ at: time, what: z.string() })),
  alerts: z.array(alertSchema),
  /** Versions that were live in its time. */
  versions: z.array(z.object({ version: z.int(), from: time, reason: z.string() })),
  /** Who got a list of the model meanwhile, at most the last 30 days of it: nobody beyond them can have been hit. */
  shown: z.object({
    from: time,
    until: time,
    people: z.int(),
    answers: z.int(),
    /** By the popularity list. */
    fallbacks: z.int(),
  }),
});
export type Postmortem = z.output<typeof postmortemSchema>;
