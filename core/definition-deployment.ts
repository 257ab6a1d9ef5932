/** In which form a signed version reaches people. */
import { z } from "zod";
import { BATCH_LAYOUTS, MOST_BATCH_K, STRANGERS } from "./batch.ts";
import { country } from "./definition-rules.ts";
import { share } from "./definition-values.ts";

const FOLDER = /^[a-z0-9][a-z0-9_-]{0,39}(\/[a-z0-9][a-z0-9_-]{0,39}){0,4}$/;

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

/** One JSON file of a version that is kept up to date for everybody, as for a CDN. */
const staticSchema = z.strictObject({
  kind: z.literal("static"),
  /** Most items of each list. */
  k: z.int().min(1).max(1_000),
  /** Below the operator's folder, and never elsewhere. */
  folder: z
    .string()
    .regex(
      FOLDER,
      'is not a folder below the operator\'s; write small letters, digits, _ and -, with / between at most five names, as in "shelves/home"',
    )
    .optional(),
  /** Of so many items, the most popular ones, the list of what goes with it is in the file, too. */
  similarItems: z.int().min(1).max(20_000).optional(),
  /** Of these the file has lists of their own, where rules go by the country. */
  countries: z.array(country).min(1, "is empty; name at least one, or leave it out").max(250).optional(),
});
export type StaticDeployment = z.output<typeof staticSchema>;

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
    staticSchema,
  ])
  .optional();
