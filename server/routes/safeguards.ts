import { z } from "zod";
import { frozenTimeSchema, newSafeguardSchema, safeguardSchema } from "../../core/api.ts";
import { listSafeguards } from "../../db/safeguards.ts";
import { listCalendarTimes } from "../../operations/calendar.ts";
import { liftSafeguard, putUpSafeguard } from "../../operations/safeguards.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { safeguardPath } from "./parameters.ts";

export function addSafeguardRoutes(app: HttpServer, { database, operations }: ServerContext): void {
  app.get("/api/safeguards", { config: { ability: "look", answer: z.array(safeguardSchema) } }, () =>
    listSafeguards(database.db),
  );
  app.get("/api/calendar", { config: { ability: "look", answer: z.array(frozenTimeSchema) } }, () =>
    listCalendarTimes(database),
  );
  app.post(
    "/api/safeguards",
    { config: { ability: "rollback", answer: safeguardSchema }, schema: { body: newSafeguardSchema } },
    async (request, reply) =>
      reply.code(201).send(await putUpSafeguard(operations, actorOf(request), request.body)),
  );
  app.delete(
    "/api/safeguards/:id",
    { config: { ability: "rollback" }, schema: { params: safeguardPath } },
    async (request, reply) => {
      await liftSafeguard(operations, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
