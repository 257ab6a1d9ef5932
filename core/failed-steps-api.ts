/** What the API says of answers to many failed steps at once. */
import { z } from "zod";
import { STEP_ANSWERS } from "./steps.ts";

const time = z.iso.datetime();

/** What the names of steps begin with, as in `ingest:ratings`. */
const KINDS = [
  ...["ingest", "feature", "step", "split", "train", "evaluate"],
  ...["choose", "qa", "review", "deploy"],
] as const;

/** One answer to every step that needs attention there; steps of other runs, and other steps, are left alone. */
export const newAnswersSchema = z.strictObject({
  answer: z.enum(STEP_ANSWERS),
  /** A step (`ingest:ratings`), or all of a kind (`ingest`). */
  at: z
    .string()
    .max(100)
    .refine(
      (at) => at.includes(":") || KINDS.some((kind) => kind === at),
      `is neither a step, as in "ingest:ratings", nor a kind of steps: ${KINDS.join(", ")}`,
    ),
  model: z.string().max(100).optional(),
  /** Only those whose last attempt began then or later. */
  since: z.iso
    .datetime({ offset: true, error: 'is not a time; write one, as in "2026-11-24T03:00:00Z"' })
    .optional(),
  reason: z.string().max(2_000).default(""),
});
export type NewAnswers = z.output<typeof newAnswersSchema>;

export const answersSchema = z.object({
  answered: z.array(
    z.object({
      runId: z.string(),
      step: z.string(),
      round: z.int(),
      answer: z.enum(STEP_ANSWERS),
      by: z.string(),
      at: time,
    }),
  ),
  /** Steps that could not be answered so, as one that may not be skipped, or that somebody else has answered meanwhile. */
  refused: z.array(z.object({ runId: z.string(), step: z.string(), why: z.string() })),
  /** How many more there are than are answered at once; ask again for them. */
  left: z.int(),
});
export type Answers = z.output<typeof answersSchema>;

/** A run that needs attention is to go on with the definition that is applied now, as a run of its own. */
export const newDefinitionRetrySchema = z.strictObject({ reason: z.string().max(2_000).default("") });
