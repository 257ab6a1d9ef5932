import { type Recommendations, recommendationsQuerySchema, recommendationsSchema } from "../../core/api.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { Histories } from "./histories.ts";
import { recommend } from "./recommend.ts";

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
      const asked = { ...request.params, ...request.query };
      const answered = await recommend({ live, histories }, asked, request.log);
      reply.header("x-holt-version", answered.version);
      return answered;
    },
  );
}
