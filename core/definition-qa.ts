/** What the definition asks of a model before a person is asked: the checks of the QA report. */
import { z } from "zod";
import { name, severity, share } from "./definition-values.ts";

/** One query; `{{ name }}` stands for a source or feature table of the run, `{{ as_of }}` for its date. */
const sql = z.string().min(1);
const owner = z.string().min(1, "is empty; name who is to be asked about it");
const ids = z.array(z.string().min(1)).min(1, "is empty; name at least one");

/** Ids, written down or asked for: a query gives them in its first column. */
const chosen = z.union([z.strictObject({ ids }), z.strictObject({ sql })], {
  error: 'is neither {"ids": […]} nor {"sql": …}; write one of them',
});

const mustHaveSchema = z.strictObject({
  /** Item ids, or a query that gives them (column `item_id`), such as the top 50 by revenue. */
  items: chosen,
  /** Each must be shown to at least so many people … */
  minPeople: z.int().min(1).default(1),
  /** … and to at least this share of all. */
  minShare: share.optional(),
  /** Only this rank or better counts; the whole shelf when left out. */
  withinRank: z.int().min(1).max(100).optional(),
  severity: severity.default("error"),
  owner: owner.optional(),
});

const forbiddenSchema = z.strictObject({
  /** Whom it must never be shown to; everybody when left out. */
  people: chosen.optional(),
  items: chosen,
  /** Why, in words, such as "18+ titles are not for children's profiles". */
  why: z.string().default(""),
  severity: severity.default("error"),
  owner: owner.optional(),
});

const caseSchema = z.strictObject({
  /** Somebody of the interactions table, or a situation: a history written down, oldest first. */
  who: z.union(
    [z.strictObject({ user: z.string().min(1) }), z.strictObject({ history: z.array(z.string()) })],
    {
      error: 'is neither {"user": …} nor {"history": […]}; write one of them',
    },
  ),
  /** In words that a manager understands, such as "came for the news, should keep seeing news". */
  why: z.string().min(1, "is empty; say what it stands for"),
  owner,
  must: z.array(z.string().min(1)).default([]),
  /** If given, nothing else may come beside `must`. */
  may: z.array(z.string().min(1)).optional(),
  mustNot: z.array(z.string().min(1)).default([]),
  /** `must` within this rank; the whole shelf when left out. */
  withinRank: z.int().min(1).max(100).optional(),
  severity: severity.default("error"),
});

const segmentSchema = z.strictObject({
  /** Columns `user_id` and `segment`; a person may be in several. */
  sql,
  /** Fewer people judged than this: it cannot be told. */
  minPeople: z.int().min(2).default(30),
  /** How far a slice's NDCG may fall below the champion's, as a share of it. */
  maxLoss: share.optional(),
  severity: severity.default("warn"),
});

const atLeast = (of: "error" | "warn") => z.strictObject({ atLeast: share, severity: severity.default(of) });

export const qaSchema = z.strictObject({
  /** Least share of people who get a full list. */
  peopleCoverage: atLeast("error").optional(),
  /** Least share of the items that somebody is shown. */
  itemCoverage: atLeast("warn").optional(),
  /** Least share of the items' value that somebody is shown. */
  valueCoverage: atLeast("error").optional(),
  /** What each item earns: columns `item_id`, `value`. Its interactions when left out. */
  value: z.strictObject({ sql, label: z.string().min(1) }).optional(),
  mustHave: z.record(name, mustHaveSchema).default({}),
  forbidden: z.record(name, forbiddenSchema).default({}),
  cases: z.record(name, caseSchema).default({}),
  segments: z.record(name, segmentSchema).default({}),
  /** Nobody, one item, the heaviest 0.1 %, a single genre, a new item, a retired one, everything seen. */
  extremes: z
    .strictObject({
      /** Items that are new today; those without interactions when left out. */
      newItems: chosen.optional(),
      /** Items that are in old histories but are offered no more. */
      retiredItems: chosen.optional(),
      severity: severity.default("error"),
    })
    .prefault({}),
  behaviour: z
    .strictObject({
      /** Most of the mean list that may differ from the champion's. */
      maxListChange: z.strictObject({ atMost: share, severity: severity.default("warn") }).optional(),
      minDiversity: atLeast("warn").optional(),
      /** Most of all places that the most shown 10 % of items may take. */
      maxTopDecileShare: z.strictObject({ atMost: share, severity: severity.default("warn") }).optional(),
      /** One more play of a genre must not lower that genre on the shelf: the share of people for whom it may. */
      oneMorePlay: z.strictObject({ atMost: share, severity: severity.default("warn") }).optional(),
    })
    .prefault({}),
  /** Columns of the items table that a shelf shows. */
  display: z.strictObject({ genre: name.optional(), picture: name.optional() }).prefault({}),
  /** People whose shelf a reviewer sees side by side: ids, or ids with what they stand for. */
  preview: z
    .array(z.union([z.string().min(1), z.strictObject({ user: z.string().min(1), note: z.string() })]))
    .max(20)
    .default([]),
});
export type QaSettings = z.output<typeof qaSchema>;
export type ChosenIds = z.output<typeof chosen>;
