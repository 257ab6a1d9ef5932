import { type Recommendations, recommendationsQuerySchema, recommendationsSchema } from "../../core/api.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { recommend } from "./recommend.ts";

export function addServingRoute(app: HttpServer, { live, histories, spool }: ServerContext): void {
  app.get(
    "/v1/models/:model/recommendations",
    {
      config: { ability: "recommend", answer: recommendationsSchema },
      schema: { params: modelPath, querystring: recommendationsQuerySchema },
    },
    async (request, reply): Promise<Recommendations> => {
      const { expose, ...query } = request.query;
      const asked = { ...request.params, ...query, expose: expose && request.method !== "HEAD" };
      const answered = await recommend({ live, histories, spool }, asked, request.log);
      reply.header("x-holt-version", answered.version);
      reply.header("x-holt-knowledge-age", live.knowledgeAgeSeconds ?? "unknown");
      return answered;
    },
  );
}
