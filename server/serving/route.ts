import { type Recommendations, recommendationsQuerySchema, recommendationsSchema } from "../../core/api.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { recommend, withLease } from "./recommend.ts";

export function addServingRoute(app: HttpServer, { live, histories, spool }: ServerContext): void {
  app.get(
    "/v1/models/:model/recommendations",
    {
      config: { ability: "recommend", answer: recommendationsSchema },
      schema: { params: modelPath, querystring: recommendationsQuerySchema },
    },
    async (request, reply): Promise<Recommendations> => {
      const { model } = request.params;
      const { user, household, session, k, explain, country, filter } = request.query;
      const expose = request.query.expose && request.method !== "HEAD";
      const answered = await withLease(live, model, async (lease) => {
        const history = await histories.find(lease.interactionsTable, user);
        const answering = { model, lease, spool, expose, log: request.log };
        return recommend(answering, {
          user,
          unit: user,
          household,
          session,
          person: user,
          history,
          k,
          explain,
          country,
          filters: filter,
          context: {},
        });
      });
      reply.header("x-holt-version", answered.version);
      reply.header("x-holt-knowledge-age", live.knowledgeAgeSeconds ?? "unknown");
      return answered;
    },
  );
}
