import type { FastifyBaseLogger } from "fastify";
import type { Recommendations, recommendationsQuerySchema } from "../../core/api.ts";
import { type RecommendContext, recommend, withLease } from "./recommend.ts";

export interface OneListAsked {
  model: string;
  query: ReturnType<typeof recommendationsQuerySchema.parse>;
  /** Whether people will see it. */
  expose: boolean;
  log: FastifyBaseLogger;
}

/**
 * One person's list, by whichever road it was asked for.
 * @throws {NotFound} the model was never live @throws {Starting} nobody could ask yet what is live
 * @throws {ModelAway} no version of it can be had @throws {InvalidInput} a filter by a column that isn't listed
 */
export function oneList(
  { live, histories, spool, tally }: RecommendContext,
  { model, query, expose, log }: OneListAsked,
): Promise<Recommendations> {
  const { user, household, session, k, explain, country, filter } = query;
  return withLease(live, model, async (lease) => {
    const history = await histories.find(lease.interactionsTable, user);
    return recommend(
      { model, lease, spool, tally, expose, log },
      {
        ...{ user, unit: user, person: user, household, session },
        ...{ history, k, explain, country, filters: filter, context: {} },
      },
    );
  });
}
