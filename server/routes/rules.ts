import { z } from "zod";
import { newRuleSchema, ruleSchema } from "../../core/api.ts";
import { listRules } from "../../db/editorial-rules.ts";
import { getModel } from "../../db/views/models.ts";
import { liftRule, sayRule } from "../../operations/editorial-rules.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath, rulePath } from "./parameters.ts";

export function addRuleRoutes(app: HttpServer, { database: { db }, operations }: ServerContext): void {
  app.get(
    "/api/models/:model/rules",
    { config: { ability: "look", answer: z.array(ruleSchema) }, schema: { params: modelPath } },
    async (request) => {
      const { model } = request.params;
      await getModel(db, model);
      return listRules(db, model);
    },
  );
  app.post(
    "/api/models/:model/rules",
    {
      config: { ability: "decide", answer: ruleSchema },
      schema: { params: modelPath, body: newRuleSchema },
    },
    async (request, reply) =>
      reply.code(201).send(await sayRule(operations, actorOf(request), request.params.model, request.body)),
  );
  app.delete(
    "/api/rules/:id",
    { config: { ability: "decide" }, schema: { params: rulePath } },
    async (request, reply) => {
      await liftRule(operations, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
