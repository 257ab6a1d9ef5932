import { z } from "zod";
import { newSilenceSchema, silenceSchema } from "../../core/alerts-api.ts";
import { listSilences } from "../../db/silences.ts";
import { liftSilence, silenceAlerts } from "../../operations/silences.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { silencePath } from "./parameters.ts";

export function addSilenceRoutes(app: HttpServer, { database, operations }: ServerContext): void {
  app.get("/api/silences", { config: { ability: "look", answer: z.array(silenceSchema) } }, () =>
    listSilences(database.db),
  );
  app.post(
    "/api/silences",
    { config: { ability: "submit", answer: silenceSchema }, schema: { body: newSilenceSchema } },
    async (request, reply) =>
      reply.code(201).send(await silenceAlerts(operations, actorOf(request), request.body)),
  );
  app.delete(
    "/api/silences/:id",
    { config: { ability: "submit" }, schema: { params: silencePath } },
    async (request, reply) => {
      await liftSilence(operations, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
