/** What one look at an experiment finds, as it is stored and answered. */
import { z } from "zod";

export const effectSchema = z.object({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  /** Two-sided, against no effect. */
  p: z.number(),
});

/** What is found without the units that the arm `fallback` answered, even once, in the time that counts. Decides nothing. */
const withoutFallbackSchema = z.object({
  /** How many units of each arm are left out. */
  leftOut: z.object({ control: z.int(), treatment: z.int() }),
  control: z.number().optional(),
  treatment: z.number().optional(),
  lift: effectSchema.optional(),
});
export type WithoutFallback = z.output<typeof withoutFallbackSchema>;

const metricFindingSchema = z.object({
  metric: z.string(),
  role: z.enum(["primary", "guardrail", "other"]),
  /** Values of the arms; left out while nobody counts. */
  control: z.number().optional(),
  treatment: z.number().optional(),
  /** Right at every look; left out where it cannot be told. */
  difference: effectSchema.optional(),
  /** The difference as a share of the control's value. */
  lift: effectSchema.optional(),
  /** As if this were the only look: narrower, and right only at the plan's end. */
  fixedLift: effectSchema.optional(),
  /** Where what units did before is taken out (CUPED): the lift with it left in. */
  unadjustedLift: effectSchema.optional(),
  /** Where the arm `fallback` answered some of its units: all above is by intention to treat, and has them. */
  withoutFallback: withoutFallbackSchema.optional(),
  /** Of the lift, for how many are told beside it: Holm's of what decides, Benjamini and Hochberg's of the others. */
  correctedP: z.number().optional(),
});
export type MetricFinding = z.output<typeof metricFindingSchema>;

const VERDICTS = ["ship", "stop", "go_on", "inconclusive"] as const;

/** The primary metric's lift by days since the first exposure, and a line through it. A reason to look longer; decides nothing. */
const noveltySchema = z.object({
  days: z.array(
    z.object({
      /** The first of so many; 0 begins with the first exposure. */
      day: z.int(),
      days: z.int(),
      lift: z.number(),
      /** Its standard error. */
      error: z.number(),
    }),
  ),
  /** Change of the lift a day, as if this were the only look. */
  slope: z.number(),
  low: z.number(),
  high: z.number(),
  p: z.number(),
  verdict: z.enum(["fades", "grows", "none"]),
});
export type Novelty = z.output<typeof noveltySchema>;

export const armFindingSchema = z.object({
  arm: z.string(),
  verdict: z.enum(VERDICTS),
  reason: z.string(),
  /** Since when its people get what the control serves; all here is as the look found it that ended it. */
  stoppedAt: z.iso.datetime().optional(),
  guardrails: z.array(z.object({ name: z.string(), verdict: z.enum(["pass", "fail", "inconclusive"]) })),
  /** Metrics that surely went the other way than the primary, a sentence each. */
  opposites: z.array(z.string()),
  metrics: z.array(metricFindingSchema),
  /** Left out while too few units' time is over, and where the primary metric has no value on each day. */
  novelty: noveltySchema.optional(),
});
export type ArmFinding = z.output<typeof armFindingSchema>;

const armCountsSchema = z.object({
  arm: z.string(),
  /** Units that were shown something, whoever answered: intention to treat. */
  units: z.int(),
  answers: z.int(),
  /** Of the answers, those that the popularity list gave in the model's place. */
  fallbacks: z.int(),
  /** Of the days on which servers counted what they gave, before anything of it can be lost. */
  given: z
    .object({
      answers: z.int(),
      /** Of these, whose exposure came; never more. */
      recorded: z.int(),
      /** Of these, whose exposure the server could not keep. */
      notKept: z.int(),
    })
    .optional(),
});
export type ArmCounts = z.output<typeof armCountsSchema>;

/** The same comparison among parts of the people: nobody planned it, and nothing is decided by it. */
const segmentsSchema = z.object({
  by: z.string(),
  /** Of each told segment, metric that decides and arm. */
  rows: z.array(
    z.object({
      segment: z.string(),
      metric: z.string(),
      arm: z.string(),
      units: z.object({ control: z.int(), treatment: z.int() }),
      control: z.number(),
      treatment: z.number(),
      lift: effectSchema.optional(),
      /** Of the lift, by Benjamini and Hochberg over all rows. */
      correctedP: z.number().optional(),
    }),
  ),
  /** How many segments have too few units in some arm to be told. */
  tooSmall: z.int(),
});
export type Segments = z.output<typeof segmentsSchema>;

export const analysisSchema = z.object({
  counts: z.array(armCountsSchema),
  sampleRatio: z.object({
    /** By either of the two checks, now or at an earlier look. */
    isMismatch: z.boolean(),
    p: z.number(),
    causes: z.array(z.string()),
    /** Whether the arms lost the same share of what servers gave; left out while nobody counted that. */
    loss: z.object({ isMismatch: z.boolean(), p: z.number() }).optional(),
  }),
  /** All but the control. */
  arms: z.array(armFindingSchema),
  /** Exploratory; left out where the plan asks for none, and while nothing is told. */
  segments: segmentsSchema.optional(),
  /** What it can still find by its end; left out while nobody knows. */
  outlook: z
    .object({ units: z.int(), unitsByEnd: z.int(), power: z.number(), detectable: z.number() })
    .optional(),
});
export type Analysis = z.output<typeof analysisSchema>;

/** One day's last look. */
export const experimentLookSchema = z.object({
  /** Whole days since the start. */
  day: z.int(),
  at: z.iso.datetime(),
  verdict: z.enum(VERDICTS),
  /** The arm that would be shipped. */
  arm: z.string().nullable(),
  /** One sentence. */
  reason: z.string(),
  analysis: analysisSchema,
});
export type ExperimentLook = z.output<typeof experimentLookSchema>;
