/** In which form a signed version reaches people. */
import { z } from "zod";
import { BATCH_LAYOUTS, MOST_BATCH_K, STRANGERS } from "./batch.ts";
import { country } from "./definition-rules.ts";
import { share } from "./definition-values.ts";

/** A table scored to a table or file after each flip, and on a schedule if one is named. */
const batchSchema = z.strictObject({
  kind: z.literal("batch"),
  /** A source or feature table of this definition, `schema.table`, or a CSV file: `user_id`, `items`, `country`. */
  from: z.string(),
  /** Name of the view in the schema `batches`, or of a `.csv` or `.ndjson` file in the operator's folder. */
  to: z.string(),
  /** Items a person. */
  k: z.int().min(1).max(MOST_BATCH_K),
  /** A row an item, or a row a person with arrays. */
  layout: z.enum(BATCH_LAYOUTS).default("rows"),
  /** What is done with people without a history. */
  strangers: z.enum(STRANGERS).default("popularity"),
  /** Where people are whose row names no country. */
  country: country.optional(),
  maxBadRowShare: share.default(0.01),
  schedule: z
    .strictObject({
      /** Five fields: minute, hour, day of month, month, day of week. */
      cron: z.string().min(1),
      timeZone: z.string().default("UTC"),
    })
    .optional(),
});

/**
 * Left out, each answer is scored when it is asked for. Optional, not filled in, so that a definition which says nothing
 * of it keeps its digest.
 */
export const deploymentSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("online") }),
    z.strictObject({
      kind: z.literal("materialised"),
      /** Length of the lists that are written; nobody is answered more. */
      k: z.int().min(1).max(1_000),
    }),
    batchSchema,
  ])
  .optional();
