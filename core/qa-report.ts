/** The QA report as data, from which page, CLI and HTML file are drawn. Its digest is part of what a person signs. */
import { z } from "zod";

const VERDICTS = ["pass", "fail", "inconclusive"] as const;
const verdict = z.enum(VERDICTS);

/** The parts of a report, in the order in which they are told. */
export const CHECK_GROUPS = [
  "case",
  "must_have",
  "forbidden",
  "coverage",
  "slice",
  "extreme",
  "behaviour",
  "soundness",
] as const;

const checkSchema = z.strictObject({
  /** Stable within a definition: `must_have.top_by_revenue`, `case.late_night`, `coverage.people`, … */
  id: z.string(),
  group: z.enum(CHECK_GROUPS),
  title: z.string(),
  verdict,
  /** A failed `error` check ends the run before the review, unless the definition allows an override; a failed `warn` is for the reviewer to weigh. */
  severity: z.enum(["error", "warn"]),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  unit: z.enum(["share", "count", "ndcg", "bits", "correlation"]),
  /** The same figure of what is live; null when nothing is, or it has none. */
  championValue: z.number().nullable(),
  /** People (or items, or pairs) that the value is told from. */
  sampleSize: z.number(),
  /** Who is to be asked about it, by the definition. */
  owner: z.string().nullable(),
  /** One plain sentence: what was looked at, what came out, what it means. */
  explanation: z.string(),
  /** The worst, the most important first, with titles where there are any. */
  examples: z.array(z.string()),
});

const metricsRowSchema = z.strictObject({
  subject: z.string(),
  ndcg: z.number().nullable(),
  recall: z.number().nullable(),
  coverage: z.number().nullable(),
  people: z.number(),
  sizeBytes: z.number().nullable(),
});

/** A mean with its 95 % interval. */
const estimate = z.strictObject({ mean: z.number(), low: z.number(), high: z.number() });

/** How one segment of people is served, such as `age` `18-24`. */
const sliceSchema = z.strictObject({
  segment: z.string(),
  slice: z.string(),
  /** All people of it, and those with something held out. */
  people: z.number(),
  judged: z.number(),
  /** NDCG at k on the held-out part; null where too few were judged to tell. */
  ndcg: estimate.nullable(),
  championNdcg: estimate.nullable(),
  /** Candidate minus champion, person by person; null without a champion or with too few. */
  change: estimate.nullable(),
  fullShelves: z.number().nullable(),
  itemCoverage: z.number().nullable(),
  valueCoverage: z.number().nullable(),
  verdict,
  explanation: z.string(),
});

/** Shares from 0 to 1; null where it cannot be told. */
const reachSchema = z.strictObject({
  subject: z.string(),
  people: z.number().nullable(),
  items: z.number().nullable(),
  value: z.number().nullable(),
});

/** An item of value that no shelf shows any more. */
const unreachableItemSchema = z.strictObject({
  itemId: z.string(),
  title: z.string(),
  value: z.number(),
  /** Of all items' value. */
  valueShare: z.number(),
  /** People whom what is live shows it to; null when nothing is. */
  championPeople: z.number().nullable(),
});

/** How lists look beside others; null where it cannot be told. */
const behaviourSchema = z.strictObject({
  subject: z.string(),
  /** Mean share of a person's list that the champion shows them too. */
  overlap: z.number().nullable(),
  /** Mean Kendall's tau-b between a person's list and the champion's, over the items that either shows. */
  rankCorrelation: z.number().nullable(),
  /** Mean share of pairs of a list that differ in genre; null without genres. */
  diversity: z.number().nullable(),
  /** Mean self-information of shown items, in bits (Zhou et al. 2010). */
  novelty: z.number().nullable(),
  /** Share of all places on shelves that the most shown 10 % of items take. */
  topDecileShare: z.number().nullable(),
});

/**
 * What the candidate would have earned on lists that were shown while exploring, beside what is live. Of 1,000 items shown. An
 * estimate: no check, and no part of the verdict.
 */
const offPolicySchema = z.strictObject({
  verdict: z.enum(["better", "worse", "unclear", "same", "inconclusive"]),
  /** One plain sentence: from what, what came out, what it means; or why it cannot be told. */
  explanation: z.string(),
  /** What is counted, such as `clicks` or `spend in EUR`, so long after a list. */
  reward: z.string(),
  within: z.string(),
  /** Lists of so many days before the run, of so many people. */
  days: z.number(),
  lists: z.number(),
  people: z.number(),
  /** Share of places where the candidate shows another item than the champion. */
  differingShare: z.number().nullable(),
  /** Of these places: about 1 where all that the candidate shows could have been shown; null when there are none. */
  overlap: z.number().nullable(),
  /** Of these places: how many the weighted ones are worth (Kish 1965). */
  effectiveSize: z.number(),
  /** The candidate, then the champion; null where it cannot be told. */
  subjects: z.array(
    z.strictObject({
      subject: z.string(),
      inversePropensity: estimate.nullable(),
      selfNormalised: estimate.nullable(),
      doublyRobust: estimate.nullable(),
    }),
  ),
  /** Candidate minus champion, doubly robust. */
  difference: estimate.nullable(),
});

const reference = z.strictObject({ itemId: z.string(), title: z.string() });

const shelfItemSchema = z.strictObject({
  itemId: z.string(),
  title: z.string(),
  score: z.number().nullable(),
  genre: z.string().nullable(),
  /** Address of a picture, as the items table has it. */
  picture: z.string().nullable(),
  /** Items of the history that speak most for it; none where the popularity list answers. */
  because: z.array(reference),
  /** Against the champion's shelf of the same person; null without one. */
  change: z.enum(["new", "up", "down", "same"]).nullable(),
  /** The editorial rule that put it here; left out where the model's order did. */
  rule: z.strictObject({ kind: z.enum(["pin", "boost", "share", "apart"]), name: z.string() }).optional(),
  /** Of the popularity list, since the model gave too few. */
  filled: z.literal(true).optional(),
});

/** What the model gave and rules took away: the rule that keeps it off, or null where others needed its place. */
const takenItemSchema = z.strictObject({
  ...reference.shape,
  rule: z.strictObject({ kind: z.enum(["ban", "window", "licence"]), name: z.string() }).nullable(),
});

export const previewSchema = z.strictObject({
  user: z.string(),
  /** What this person stands for, by the definition; empty for an id that was typed in. */
  note: z.string(),
  history: z.array(z.strictObject({ ...reference.shape, genre: z.string().nullable() })),
  candidate: z.array(shelfItemSchema),
  baseline: z.array(shelfItemSchema),
  champion: z.array(shelfItemSchema).nullable(),
  /** What rules took from the candidate's shelf; left out where they took nothing. */
  taken: z.array(takenItemSchema).optional(),
  /** Names of the rules that the candidate's shelf could not keep; left out where it keeps all. */
  rulesUnmet: z.array(z.string()).optional(),
});

export const qaReportSchema = z.strictObject({
  schemaVersion: z.literal(2),
  model: z.string(),
  candidate: z.string(),
  /** Version that was live when the run opened; null when none was. */
  championVersion: z.number().nullable(),
  verdict,
  /** The verdict and its reason in one sentence. */
  headline: z.string(),
  k: z.number(),
  people: z.number(),
  items: z.number(),
  /** What an item's value is counted in, such as `plays` or `spend in EUR`. */
  valueLabel: z.string(),
  metrics: z.array(metricsRowSchema),
  checks: z.array(checkSchema),
  reach: z.array(reachSchema),
  /** Items of value that nobody is shown: how many, what share of all value, and the first of them by value. */
  unreachable: z.strictObject({
    count: z.number(),
    /** Of these, what is live shows to somebody: lost by this change. Left out where nothing is live, and by an older Holt. */
    newlyLost: z.int().optional(),
    valueShare: z.number().nullable(),
    items: z.array(unreachableItemSchema),
  }),
  /** The worst first. */
  slices: z.array(sliceSchema),
  behaviour: z.array(behaviourSchema),
  /** Left out where nothing is live, or nothing is explored; and by an older Holt. */
  offPolicy: offPolicySchema.optional(),
  /** The definition's editorial rules, in its order; left out where it names none. The shelves are after them. */
  rules: z.array(z.strictObject({ name: z.string(), kind: z.string(), says: z.string() })).optional(),
  previews: z.array(previewSchema),
});

export type Verdict = z.output<typeof verdict>;
export type CheckGroup = (typeof CHECK_GROUPS)[number];
export type Check = z.output<typeof checkSchema>;
export type MetricsRow = z.output<typeof metricsRowSchema>;
export type Estimate = z.output<typeof estimate>;
export type Slice = z.output<typeof sliceSchema>;
export type Reach = z.output<typeof reachSchema>;
export type UnreachableItem = z.output<typeof unreachableItemSchema>;
export type Behaviour = z.output<typeof behaviourSchema>;
export type OffPolicy = z.output<typeof offPolicySchema>;
export type ShelfItem = z.output<typeof shelfItemSchema>;
export type TakenItem = z.output<typeof takenItemSchema>;
export type Preview = z.output<typeof previewSchema>;
export type QaReport = z.output<typeof qaReportSchema>;
