/** A comparison of versions among real people, planned before it begins. */
import { z } from "zod";
import { duration, name, share } from "./definition-values.ts";

/** What people are told apart by: whoever has the same id gets the same arm. */
export const UNITS = ["person", "household", "session"] as const;
export type Unit = (typeof UNITS)[number];

/**
 * `country`: what the request of a unit's first list says. `returning`: whether the person was shown anything of the model in the four
 * weeks before it.
 */
const SEGMENTED_BY = ["country", "returning"] as const;

/** What is counted of a unit, or summed up. `spend` is an amount of money, `latency` milliseconds of an answer, all others are counts. */
const MEASURES = [
  ...["exposures", "fallbacks", "clicks", "plays", "purchases", "complaints"],
  ...["spend", "latency"],
] as const;

/** Arms of answers that no experiment gave, and words that name what an arm serves. */
const TAKEN = ["champion", "canary", "fallback", "baseline", "live"];
const armName = name.refine(
  (arm) => !TAKEN.includes(arm),
  "is a word of Holt's own; choose another name, such as control or treatment",
);
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'is not a currency; write its three capital letters, as in "EUR"');

/** One query over `{{ exposures }}` and `{{ outcomes }}` of the units in their time: columns `unit_id` and `value`. */
const ownMeasure = z.strictObject({ sql: z.string().min(1, "is empty; write a query").max(20_000) });
const measure = z.union([z.enum(MEASURES), ownMeasure], {
  error: `is no measure; write ${MEASURES.join(", ")}, or { sql: "select unit_id, … as value from {{ outcomes }} …" }`,
});
export type Measure = z.output<typeof measure>;
export type OwnMeasure = z.output<typeof ownMeasure>;
/** Each metric is of one unit's own time: from its first exposure on. */
const ofUnit = {
  /** How long after a unit's first exposure what it does counts; only units whose time is over count. */
  within: duration,
  /** Which way is better. */
  better: z.enum(["more", "less"]).default("more"),
};
/** A unit's value above it counts as this much. */
const cap = z.number().positive().optional();
/**
 * The cap is the quantile `at` of the values of those who have any, looked for anew at each look: of all arms together, or of
 * the control.
 */
const winsorise = z
  .strictObject({ at: z.number().min(0.5).lt(1), of: z.enum(["pooled", "control"]).default("pooled") })
  .optional();

const metricSchema = z.discriminatedUnion("kind", [
  /** Share of the units that have at least one. */
  z.strictObject({ kind: z.literal("proportion"), of: measure, ...ofUnit }),
  /** Mean of the units' sums. */
  z.strictObject({ kind: z.literal("mean"), of: measure, cap, winsorise, ...ofUnit }),
  /** All units' sum of one over all units' sum of another, as clicks per exposure. */
  z.strictObject({ kind: z.literal("ratio"), of: measure, per: measure, cap, winsorise, ...ofUnit }),
  /** Quantile of the units' sums. */
  z.strictObject({ kind: z.literal("quantile"), of: measure, at: z.number().gt(0).lt(1), ...ofUnit }),
  /** Share of the units that are shown something again, `after` so long and within the time that follows. */
  z.strictObject({ kind: z.literal("retention"), after: duration, ...ofUnit }),
]);
export type Metric = z.output<typeof metricSchema>;

/** What an arm serves: a version by number or alias, `champion`, `baseline` (its popularity list), in a holdout `live`. */
const served = z.union([z.int().min(1), z.string().min(1, "is empty; name a version")], {
  error: 'is no version; write its number, an alias, "champion" or "baseline"',
});

export const experimentSchema = z.strictObject({
  /** What is believed and why, in a sentence or two. */
  hypothesis: z.string().min(1, "is empty; say what is believed, and why").max(1_000),
  unit: z.enum(UNITS).default("person"),
  /** Shares of the units in the experiment; together 1. */
  arms: z.record(armName, z.strictObject({ serve: served, share: z.number().gt(0).lt(1) })),
  /** The arm that the others are compared with. */
  control: name,
  /** Share of all units that is in the experiment; it may grow later, up to `growsTo`. */
  traffic: z.number().gt(0).max(1).default(1),
  growsTo: z.number().gt(0).max(1).optional(),
  /** Experiments of one layer have no unit in common; the model's own layer when left out. */
  layer: z
    .string()
    .regex(
      /^[a-z][a-z0-9_-]{0,39}$/,
      "is not a layer's name; use a small letter, then small letters, digits, - or _",
    )
    .optional(),
  /** Both arms serve the same version: whatever is found is chance, or a mistake in what measures it. */
  aa: z.boolean().default(false),
  /** A share of the people who get the popularity list for long, whatever else goes live or is tried. */
  holdout: z.boolean().default(false),
  metrics: z.record(name, metricSchema),
  /** The business metric that decides, and the least relative gain worth having. */
  primary: z.strictObject({ metric: name, leastEffect: z.number().positive().max(10) }),
  /** Metrics that must not get worse by more than this, relative to the control. */
  guardrails: z.record(name, z.strictObject({ maxLoss: share })).default({}),
  /** In which spend is summed up. */
  currency: currency.optional(),
  /** What one of another currency is worth; spend in any other is left out, and counted. */
  rates: z.record(currency, z.number().positive()).optional(),
  /** How long before its first exposure what a person did makes the comparison sharper (CUPED); not used when left out. */
  adjustBy: duration.optional(),
  /** By what of a unit's first exposure the people are parted, to be looked through; nothing is decided by it. */
  segmentBy: z.enum(SEGMENTED_BY).optional(),
  /** Chance to find the least effect if it is there. */
  power: z.number().min(0.5).lt(1).default(0.8),
  /** Chance to find an effect that isn't there. */
  alpha: z.number().gt(0).max(0.2).default(0.05),
  /** How often the arms are compared; intervals are right at every look. */
  lookEvery: duration.default("10 min"),
  /** How long it is to last. */
  days: z.int().min(1).max(400),
  /** What the primary metric must show before a version is worth shipping. */
  decision: z.enum(["better", "not_worse"]).default("better"),
  /** Who has the last word. */
  confirm: z.enum(["person", "automatic"]).default("person"),
  /** Whom the analysis leaves out; they are served as all others. */
  leaveOut: z
    .strictObject({
      /** Ids of staff and tests. */
      ids: z.array(z.string().min(1)).max(1_000).default([]),
      /** Beginnings of such ids. */
      prefixes: z.array(z.string().min(1)).max(100).default([]),
      /** More on one day than a person can look at. */
      exposuresADay: z.int().min(1).optional(),
    })
    .prefault({}),
});
/** A plan as a person writes it, defaults filled in. */
export type ExperimentSettings = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
