/** The definition of one model: what `holt.config.ts` exports, plain data once it is loaded. */
import { z } from "zod";
import { BASELINE, CHAMPION } from "./baseline.ts";
import { actionSchema } from "./definition-actions.ts";
import { alertsSchema } from "./definition-alerts.ts";
import { deploymentSchema } from "./definition-deployment.ts";
import { experimentSchema } from "./definition-experiment.ts";
import { freezesSchema } from "./definition-freezes.ts";
import { qaSchema } from "./definition-qa.ts";
import { reviewRulesSchema } from "./definition-review.ts";
import { rolloutSchema } from "./definition-rollout.ts";
import {
  country,
  explorationSchema,
  filtersSchema,
  newItemsSchema,
  rulesSchema,
} from "./definition-rules.ts";
import { duration, name, owner, runbook, share } from "./definition-values.ts";

export { BASELINE } from "./baseline.ts";

const MODEL_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Types of a source's columns; `epoch_seconds` is read as a number and stored as a timestamp. */
export const COLUMN_TYPES = ["text", "integer", "number", "boolean", "timestamp", "epoch_seconds"] as const;

const columnSchema = z.strictObject({
  /** Header in the file; the column's own name when left out. */
  from: z.string().min(1).optional(),
  type: z.enum(COLUMN_TYPES),
  /** An empty field is a null. Otherwise it is a bad row. */
  optional: z.boolean().default(false),
});

const sourceSchema = z.strictObject({
  /** CSV file, gzip too, relative to the definition's folder. */
  file: z.string().min(1),
  columns: z
    .record(name, columnSchema)
    .refine((columns) => Object.keys(columns).length > 0, "has no columns; name at least one"),
  /** Columns that name a row; a second row with the same key is set aside. */
  key: z.array(name).min(1, "is empty; name the columns that identify a row"),
  /** Column that says when it happened. */
  eventTime: name.optional(),
  /** Column that says when Holt could know it; else the run that first saw the row. */
  knownTime: name.optional(),
  /** The promise that the monitor holds the source to. */
  freshness: z.strictObject({ measure: z.enum(["delivery", "event_time"]), maxAge: duration }).optional(),
  maxBadRowShare: share.default(0.01),
  /** Who delivers it, and is told when it fails; the model's owner when left out. */
  owner: owner.optional(),
  /** What to do about it; the model's when left out. */
  runbook: runbook.optional(),
  /** What the monitor is not to compare with earlier deliveries, as in "volume" or "nulls:genre". */
  unchecked: z.array(z.string()).optional(),
});

const featureSchema = z.strictObject({
  /** One `select`; `{{ name }}` stands for a source or feature table as the run's date saw it. */
  sql: z.string().min(1),
});

const ownStepSchema = z.union([
  z.strictObject({
    /** One statement; `{{ name }}` as in a feature table. */
    sql: z.string().min(1),
    /** A data test: any row it returns is a failure. */
    expect: z.literal("no rows").optional(),
    skippable: z.boolean().default(false),
  }),
  z.strictObject({
    /** Program and arguments, run without a shell in the definition's folder. */
    command: z.array(z.string()).min(1),
    /** Sources and feature tables that it reads; their tables' names come in `HOLT_TABLE_<NAME>`. */
    reads: z.array(name).min(1, "is empty; name what the command reads, so that it runs after it"),
    timeout: duration.default("10 min"),
    skippable: z.boolean().default(false),
  }),
]);

const cost = { maxSizeMb: z.number().positive().max(2_000).default(32) };
const candidateSchema = z.discriminatedUnion("trainer", [
  z.strictObject({
    trainer: z.literal("item_similarity"),
    /** Neighbours kept an item. */
    neighbours: z.int().min(1).max(1_000).default(50),
    /** Added to the cosine's denominator, so that few common people weigh less. */
    shrinkage: z.number().min(0).default(10),
    ...cost,
  }),
  z.strictObject({
    trainer: z.literal("als"),
    factors: z.int().min(1).max(512).default(64),
    iterations: z.int().min(1).max(200).default(15),
    regularization: z.number().positive().default(0.05),
    /** Confidence of an interaction: 1 + alpha. */
    alpha: z.number().positive().default(10),
    seed: z.int().min(0).default(1),
    ...cost,
  }),
]);

export const definitionSchema = z.strictObject({
  name: z
    .string()
    .regex(
      MODEL_NAME,
      "is not a model's name; use a small letter, then small letters, digits or -, 40 at most",
    ),
  description: z.string().default(""),
  /** Who looks after the model. No default, as with all that came later. */
  owner: owner.optional(),
  /** What to do about its incidents. */
  runbook: runbook.optional(),
  sources: z.record(name, sourceSchema),
  features: z.record(name, featureSchema),
  steps: z.record(name, ownStepSchema).default({}),
  /** Feature table with `user_id`, `item_id`, `event_time`. */
  interactions: name,
  /** Feature table with `item_id`, `title`, and what else a shelf shows. Only its items are recommended. */
  items: name,
  /** The popularity list is always a candidate, and needs no entry. */
  candidates: z
    .record(
      name.refine(
        (candidate) => candidate !== BASELINE && candidate !== CHAMPION,
        "is taken: the baseline and today's champion are always there; choose another name",
      ),
      candidateSchema,
    )
    .default({}),
  evaluation: z
    .strictObject({
      /** Last share of each person's interactions that is held out. */
      holdoutShare: z.number().gt(0).lt(1).default(0.2),
      /** Length of the list that is judged. */
      k: z.int().min(1).max(100).default(10),
    })
    .prefault({}),
  choose: z
    .strictObject({
      metric: z.enum(["ndcg", "recall"]).default("ndcg"),
      /** Least gain over the baseline that is worth a learned model, as a share of the baseline's value. */
      minGain: z.number().min(0).default(0.05),
      maxTrainSeconds: z.number().positive().optional(),
      maxAnswerMs: z.number().positive().optional(),
    })
    .prefault({}),
  /** Editorial rules, part of what people sign. No default, so that a definition without any keeps its digest. */
  rules: rulesSchema.optional(),
  /** Where somebody is taken to be who doesn't say it (`?country=`), and whose shelves QA looks at. */
  defaultCountry: country.optional(),
  exploration: explorationSchema.optional(),
  newItems: newItemsSchema.optional(),
  /** Columns of the items table by which lists may be asked for. */
  filters: filtersSchema.optional(),
  qa: qaSchema.prefault({}),
  review: reviewRulesSchema.prefault({}),
  rollout: rolloutSchema.prefault({}),
  deployment: deploymentSchema,
  /** Times of the week in which nothing new goes live; of the definition that is applied, whatever a run began with. */
  freezes: freezesSchema.optional(),
  /** The plan of the next experiment; frozen when it starts. Optional, so that a definition without one keeps its digest. */
  experiment: experimentSchema.optional(),
  monitor: z
    .strictObject({
      every: duration.default("1 h"),
      /** How far the share of people or items reached may fall below that at deployment, as a share of it. */
      maxReachLoss: share.default(0.2),
      /** Population stability index of the scores against those at deployment. */
      maxScoreShift: z.number().positive().default(0.25),
      /** No default, so that a definition without any keeps its digest. */
      actions: z.record(name, actionSchema).optional(),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      /** Five fields: minute, hour, day of month, month, day of week. */
      cron: z.string().min(1),
      timeZone: z.string().default("UTC"),
      overlap: z.enum(["skip", "buffer_one"]).default("skip"),
      catchUpWindow: duration.default("1 h"),
    })
    .optional(),
  /** Who is told of incidents. No default, so that a definition without any keeps its digest. */
  alerts: alertsSchema.optional(),
  /** Most steps of one run at the same time. */
  parallel: z.int().min(1).max(32).default(4),
});

/** A definition with every default filled in. */
export type Definition = z.output<typeof definitionSchema>;
/** A definition as a person writes it. */
export type DefinitionInput = z.input<typeof definitionSchema>;
export type Source = Definition["sources"][string];
export type Feature = Definition["features"][string];
export type OwnStep = Definition["steps"][string];
export type Candidate = Definition["candidates"][string];
export type ColumnType = (typeof COLUMN_TYPES)[number];
