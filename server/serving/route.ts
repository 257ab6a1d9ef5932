import { type Recommendations, recommendationsQuerySchema, recommendationsSchema } from "../../core/api.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { oneList } from "./one-list.ts";

export function addServingRoute(app: HttpServer, context: ServerContext): void {
  app.get(
    "/v1/models/:model/recommendations",
    {
      config: { ability: "recommend", answer: recommendationsSchema },
      schema: { params: modelPath, querystring: recommendationsQuerySchema },
    },
    async (request, reply): Promise<Recommendations> => {
      const { params, query, log } = request;
      const expose = query.expose && request.method !== "HEAD";
      const answered = await oneList(context, { model: params.model, query, expose, log });
      reply.header("x-holt-version", answered.version);
      reply.header("x-holt-knowledge-age", context.live.knowledgeAgeSeconds ?? "unknown");
      return answered;
    },
  );
}
