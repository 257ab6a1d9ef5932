/** All that is to be said of one experiment: what its page shows, and what its report keeps. */
import { z } from "zod";
import { experimentSummarySchema } from "../experiments-api.ts";
import { effectSchema, experimentLookSchema } from "./look.ts";

/** One day's last look, as far as the plot needs it. */
const coursePointSchema = z.object({
  /** Whole days since the start. */
  day: z.int(),
  at: z.iso.datetime(),
  verdict: experimentLookSchema.shape.verdict,
  /** The primary metric's lift of each arm that is compared; left out where it could not be told. */
  lifts: z.record(z.string(), effectSchema),
});
export type CoursePoint = z.output<typeof coursePointSchema>;

const armDaySchema = z.object({
  /** In UTC, as in `2026-11-30`. */
  day: z.iso.date(),
  arm: z.string(),
  /** Units that were exposed for the first time. */
  newUnits: z.int(),
  /** Of those, who the plan leaves out: staff and bots. They are not among them. */
  leftOut: z.int(),
  answers: z.int(),
  /** Of the answers, those that the popularity list gave in the arm's place. */
  fallbacks: z.int(),
});
export type ArmDay = z.output<typeof armDaySchema>;

export const experimentReportSchema = z.object({
  experiment: experimentSummarySchema,
  /** What keeps it from going on by itself, in words for a person. */
  waitsFor: z.string().nullable(),
  /** The arm whose version went live by it. */
  shippedArm: z.string().nullable(),
  /** The last; null before the first. */
  look: experimentLookSchema.nullable(),
  course: z.array(coursePointSchema),
  days: z.array(armDaySchema),
});
export type ExperimentReport = z.output<typeof experimentReportSchema>;

/** One line of a list of experiments. */
export const listedExperimentSchema = z.object({
  experiment: experimentSummarySchema,
  waitsFor: z.string().nullable(),
  look: experimentLookSchema.pick({ at: true, verdict: true, arm: true, reason: true }).nullable(),
});
export type ListedExperiment = z.output<typeof listedExperimentSchema>;
