import { InvalidInput } from "../../core/errors.ts";
import { readOutcomes, type ToldOutcomes, toldOutcomesSchema } from "../../core/outcome.ts";
import { outcomeLine } from "../../db/exposure-lines.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { NotKept } from "../problems.ts";

/** A thousand outcomes with long names. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** A request with nothing right in it is told of so many. */
const MOST_SHOWN = 20;

export function addOutcomesRoute(app: HttpServer, { spool }: ServerContext): void {
  app.post(
    "/v1/outcomes",
    { bodyLimit: BODY_LIMIT_BYTES, config: { ability: "report", answer: toldOutcomesSchema } },
    async (request, reply): Promise<ToldOutcomes> => {
      const receivedMs = Date.now();
      const { outcomes, refused } = readOutcomes(request.body, receivedMs);
      if (outcomes.length === 0) throw new InvalidInput(inWords(refused));
      const { personId } = actorOf(request);
      const lines = outcomes.map((outcome) => outcomeLine({ outcome, personId, receivedMs }));
      if (!(await spool.append("outcome", lines)))
        throw new NotKept("outcomes: cannot be kept just now; send them again in some seconds");
      reply.code(refused.length === 0 ? 202 : 207);
      return { accepted: outcomes.length, refused };
    },
  );
}

function inWords(refused: ToldOutcomes["refused"]): string {
  const shown = refused.slice(0, MOST_SHOWN).map(({ problem }) => problem);
  const more = refused.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
