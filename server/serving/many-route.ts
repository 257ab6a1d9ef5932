import {
  type ManyAsked,
  type ManyRecommendations,
  manyAskedSchema,
  manyRecommendationsSchema,
} from "../../core/answers.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "../routes/parameters.ts";
import { type Asked, recommend, withLease } from "./recommend.ts";
import { someAtOnce } from "./some-at-once.ts";

/** A thousand people with long ids, or some thousand items. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** The model answers one after the other; who asks for one list waits for this many at most, and none misses its deadline. */
const AT_ONCE = 16;

/** Many lists by one version, people's and sessions'. */
export function addManyRoute(app: HttpServer, { live, histories, spool, tally }: ServerContext): void {
  app.post(
    "/v1/models/:model/recommendations",
    {
      bodyLimit: BODY_LIMIT_BYTES,
      config: { ability: "recommend", priority: "batch", answer: manyRecommendationsSchema },
      schema: { params: modelPath, body: manyAskedSchema },
    },
    async (request, reply): Promise<ManyRecommendations> => {
      const { model } = request.params;
      const { requests, expose } = request.body;
      const answers = await withLease(live, model, async (lease) => {
        const users = requests.flatMap(({ user }) => user ?? []);
        const known = await histories.findMany(lease.interactionsTable, users);
        const answering = { model, lease, spool, tally, expose, log: request.log };
        return someAtOnce(AT_ONCE, requests, (one) =>
          recommend(answering, askedOf(one, known.get(one.user ?? "") ?? [])),
        );
      });
      reply.header("x-holt-knowledge-age", live.knowledgeAgeSeconds ?? "unknown");
      return { answers };
    },
  );
}

/** What was just watched comes last, each item once as in every history; a session of nobody's is its own unit. */
function askedOf(
  { user = "", items = [], household, session, k, explain, country, filters }: ManyAsked["requests"][number],
  own: readonly string[],
): Asked {
  const newest = new Set(items.toReversed());
  const history = [...own.filter((item) => !newest.has(item)), ...[...newest].reverse()];
  const unit = user === "" ? JSON.stringify(items) : user;
  const person = user === "" ? undefined : user;
  return {
    user,
    unit,
    household,
    session,
    person,
    history,
    k,
    explain,
    country,
    filters,
    context: items.length > 0 ? { items } : {},
  };
}
