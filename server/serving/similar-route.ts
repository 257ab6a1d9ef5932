import { similarQuerySchema } from "../../core/answers.ts";
import { type Recommendations, recommendationsSchema } from "../../core/api.ts";
import { sha256 } from "../../store/digest.ts";
import { isKnownAs } from "../etag.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { recommend, withLease } from "./recommend.ts";

/** What goes with an item: the model's list for a history of that item alone. */
export function addSimilarRoute(app: HttpServer, { live, spool, tally }: ServerContext): void {
  app.get(
    "/v1/models/:model/similar",
    {
      config: { ability: "recommend", answer: recommendationsSchema },
      schema: { params: modelPath, querystring: similarQuerySchema },
    },
    async (request, reply) => {
      const { model } = request.params;
      const { item, user = "", household, session, k, country, filter } = request.query;
      const expose = request.query.expose && request.method !== "HEAD";
      const context = { similarTo: item };
      const answered = await withLease(live, model, async (lease) =>
        recommend(
          { model, lease, spool, tally, expose, log: request.log },
          {
            ...{ user, unit: user === "" ? item : user, history: [item] },
            ...{ household, session, k, explain: false, country, filters: filter, context },
          },
        ),
      );
      reply.header("x-holt-version", answered.version);
      reply.header("x-holt-knowledge-age", live.knowledgeAgeSeconds ?? "unknown");
      if (!expose && isKnownAs(request, reply, tagOf(answered))) return reply.code(304).send();
      return answered;
    },
  );
}

/** Of the list itself, not of what names this very answer: weak, since two answers with one tag differ in their ids. */
function tagOf({ recommendationId: _, modelAgeSeconds: __, ...list }: Recommendations): string {
  return `W/"${sha256(JSON.stringify(list)).slice(0, 32)}"`;
}
