/** Batches as the API takes and gives them. */
import { z } from "zod";
import { countryCode, newRunSchema } from "./api.ts";
import { BATCH_LAYOUTS, BATCH_STATES, MOST_BATCH_K, STRANGERS } from "./batch.ts";

const place = z.string().min(1, "is empty").max(1_000, "is too long; write 1,000 characters at most");
const time = z.iso.datetime();

export const batchKey = newRunSchema.shape.runKey;

/** What is left out is as the version's definition says, if that is of the kind batch. */
export const newBatchSchema = z.strictObject({
  /** A table (`schema.table`, or a source or feature of the definition) or a CSV file that the worker can read. */
  from: place.optional(),
  /** Name of a view in the schema `batches`, or of a `.csv` or `.ndjson` file. */
  to: place.optional(),
  /** A number, or one of a version's names; what is live when left out. */
  version: z.union([z.int().min(1), z.string().min(1).max(40)]).optional(),
  k: z
    .int()
    .min(1, "is too small; write at least 1")
    .max(MOST_BATCH_K, `is too big; write at most ${MOST_BATCH_K}`)
    .optional(),
  layout: z.enum(BATCH_LAYOUTS).optional(),
  strangers: z.enum(STRANGERS).optional(),
  country: countryCode.optional(),
  maxBadRowShare: z.number().min(0).max(1, "is not a share; write a number from 0 to 1").optional(),
  /** The same key again gives the same batch. */
  key: batchKey,
});

export const batchSchema = z.object({
  id: z.string(),
  model: z.string(),
  /** Fixed when it was started. */
  version: z.int(),
  releaseDigest: z.string(),
  from: z.string(),
  to: z.string(),
  k: z.int(),
  layout: z.enum(BATCH_LAYOUTS),
  strangers: z.enum(STRANGERS),
  country: z.string().nullable(),
  maxBadRowShare: z.number(),
  trigger: z.enum(["person", "deployment", "schedule"]),
  /** Null for a schedule's. */
  by: z.string().nullable(),
  state: z.enum(BATCH_STATES),
  /** Why it needs attention, or ended otherwise than done. */
  error: z.object({ code: z.string().nullable(), message: z.string() }).nullable(),
  rows: z.object({ read: z.int(), setAside: z.int(), scored: z.int(), byPopularity: z.int() }),
  /** The view that shows it, and whether it does now; null for a file. */
  view: z.object({ name: z.string(), isShown: z.boolean() }).nullable(),
  /** On the worker's machine; null for a table, and before it is written. */
  file: z.string().nullable(),
  startedAt: time,
  /** What its rows go by (histories, rules) is of this moment; null before it. */
  scoredAt: time.nullable(),
  finishedAt: time.nullable(),
  workflowId: z.string(),
});

export const newBatchAnswerSchema = z.strictObject({
  /** `retry` lets one that needs attention go on; `cancel` ends one. */
  answer: z.enum(["retry", "cancel"]),
  reason: z.string().max(2_000).default(""),
});

export const batchSetAsideSchema = z.object({ line: z.int(), reason: z.string() });

export type NewBatch = z.output<typeof newBatchSchema>;
export type Batch = z.output<typeof batchSchema>;
export type BatchSetAside = z.output<typeof batchSetAsideSchema>;
