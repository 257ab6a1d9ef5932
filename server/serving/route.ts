import { type Recommendations, recommendationsQuerySchema, recommendationsSchema } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { Starting } from "../problems.ts";
import { modelPath } from "../routes/parameters.ts";
import { answer } from "./answer.ts";
import { Histories } from "./histories.ts";

export function addServingRoute(app: HttpServer, { database, live }: ServerContext): void {
  const histories = new Histories(database.db, (error) =>
    app.log.warn({ err: error }, "no history in time; the popularity list answers"),
  );
  app.get(
    "/v1/models/:model/recommendations",
    {
      config: { ability: "recommend", answer: recommendationsSchema },
      schema: { params: modelPath, querystring: recommendationsQuerySchema },
    },
    async (request, reply): Promise<Recommendations> => {
      const { model } = request.params;
      const { user, k } = request.query;
      const lease = live.lease(model);
      if (!lease) throw notServed(model, live.hasLooked);
      try {
        const history = await histories.find(lease.interactionsTable, user);
        const { fallback, items } = await answer(lease.model, history, k, (error) =>
          request.log.error({ err: error }, `model "${model}" could not answer; the popularity list does`),
        );
        reply.header("x-holt-version", lease.model.version);
        return {
          model,
          version: lease.model.version,
          user,
          fallback,
          items: items.map(({ itemId, score }, index) => ({ id: itemId, score, rank: index + 1 })),
        };
      } finally {
        lease.release();
      }
    },
  );
}

function notServed(model: string, hasLooked: boolean): Error {
  return hasLooked
    ? new NotFound(`model "${model}": was never live; approve a run of it first, see "holt runs"`)
    : new Starting(
        `model "${model}": nobody could ask PostgreSQL yet what is live; try again in some seconds`,
      );
}
