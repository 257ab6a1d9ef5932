import { type Me, meSchema, newSessionSchema } from "../../core/api.ts";
import { NotAllowed } from "../../core/errors.ts";
import type { Actor } from "../../core/roles.ts";
import { endSession, openSession } from "../../operations/sessions.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { NotSignedIn } from "../problems.ts";
import { clearSession, sessionOf, setSession } from "../session-cookie.ts";

/** A secret of 32 random bytes is never guessed; the limit keeps guessers from costing anything. */
const SIGN_INS = { max: 30, timeWindow: "1 minute" };

export function addSessionRoutes(app: HttpServer, context: ServerContext): void {
  const secure = context.serverUrl.startsWith("https:");
  const me = ({ name, roles }: Actor): Me => ({
    name,
    roles: [...roles],
    temporalUi: context.temporalUiUrl ?? null,
  });

  app.post(
    "/api/session",
    {
      config: { ability: "public", answer: meSchema, rateLimit: SIGN_INS },
      schema: { body: newSessionSchema },
    },
    async (request, reply) => {
      const { session, actor } = await openSession(context.operations, request.body).catch((error) => {
        throw error instanceof NotAllowed ? new NotSignedIn(error.message) : error;
      });
      // What this browser had before would go on beside the new one, unseen.
      const before = sessionOf(request, secure);
      if (before !== undefined) await endSession(context.operations, before);
      setSession(reply, session, secure);
      return reply.code(201).send(me(actor));
    },
  );
  app.delete("/api/session", { config: { ability: "signed-in" } }, async (request, reply) => {
    if (request.session !== undefined) await endSession(context.operations, request.session);
    clearSession(reply, secure);
    return reply.code(204).send();
  });
  app.get("/api/me", { config: { ability: "signed-in", answer: meSchema } }, async (request) =>
    me(actorOf(request)),
  );
}
