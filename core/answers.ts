/** What is asked beside one person's own list: many lists at once, what goes with an item, what goes with a session. */
import { z } from "zod";
import { countryCode, personId, recommendationsSchema, shelfLength, unitIds } from "./api.ts";
import { filterQuerySchema, filtersSchema } from "./filters.ts";

/** Most lists of one request. */
const MOST_REQUESTS = 1_000;
/** Reasons cost up to 50 more questions to the model for each list. */
const MOST_EXPLAINED = 20;
/** Of a session. */
const MOST_ITEMS = 100;

const itemId = z
  .string()
  .min(1, "is empty; name the item")
  .max(200, "is too long; write 200 characters at most");
const yesOrNo = z.enum(["0", "1"], 'is neither "0" nor "1"');

const oneOfManySchema = z
  .strictObject({
    user: personId.optional(),
    /** What was just watched, oldest first: a history that no table has yet. It comes after the person's own. */
    items: z
      .array(itemId)
      .min(1, "is empty; name at least one item, or leave it out")
      .max(MOST_ITEMS, `has too many entries; send the newest ${MOST_ITEMS}`)
      .optional(),
    k: shelfLength(z.number("is not a number; write digits")).default(10),
    /** Only items with these values, by columns that the definition lists under `filters`. */
    filters: filtersSchema.optional(),
    country: countryCode.optional(),
    ...unitIds,
    /** As for all of the request, when left out. */
    explain: z.boolean().optional(),
  })
  .refine(({ user, items }) => user !== undefined || items !== undefined, {
    error: 'has neither "user" nor "items"; name a person, the items of a session, or both',
  });

/** `POST /v1/models/:model/recommendations`: one mistake, and nothing is answered. */
export const manyAskedSchema = z
  .strictObject({
    requests: z
      .array(oneOfManySchema)
      .min(1, "is empty; send at least one request")
      .max(MOST_REQUESTS, `has too many entries; send ${MOST_REQUESTS} at most`),
    /** False when nobody will be shown the answers: they are not recorded then. */
    expose: z.boolean().default(true),
    explain: z.boolean().default(false),
  })
  .transform(({ requests, explain, ...all }) => ({
    ...all,
    requests: requests.map((one) => ({ ...one, explain: one.explain ?? explain })),
  }))
  .refine(({ requests }) => requests.filter(({ explain }) => explain).length <= MOST_EXPLAINED, {
    path: ["explain"],
    error: `has more than ${MOST_EXPLAINED} requests to explain; send these by themselves, ${MOST_EXPLAINED} at once`,
  });

export const manyRecommendationsSchema = z.object({
  /** In the order of the requests. `user` is empty where nobody was named. */
  answers: z.array(recommendationsSchema),
});

/** `GET /v1/models/:model/similar`. */
export const similarQuerySchema = z.strictObject({
  item: itemId,
  /** Who will see it; the list is the same for everybody in the same part of the traffic. */
  user: personId.optional(),
  k: shelfLength(z.coerce.number("is not a number; write digits")).default(10),
  filter: filterQuerySchema.optional(),
  country: countryCode.optional(),
  ...unitIds,
  /** `0` when nobody will be shown the answer: it is not recorded then. */
  expose: yesOrNo.default("1").transform((written) => written === "1"),
});

export type ManyAsked = z.output<typeof manyAskedSchema>;
export type ManyRecommendations = z.output<typeof manyRecommendationsSchema>;
