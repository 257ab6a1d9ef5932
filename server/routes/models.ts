import { z } from "zod";
import { deploymentSchema, modelSummarySchema, monitorRunSchema, newRollbackSchema } from "../../core/api.ts";
import { listModels } from "../../db/views/models.ts";
import { listMonitorRuns } from "../../db/views/monitor.ts";
import { listHistory } from "../../db/views/versions.ts";
import { rollback } from "../../operations/rollback.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { modelPath } from "./parameters.ts";

export function addModelRoutes(app: HttpServer, { database, operations }: ServerContext): void {
  const { db } = database;
  app.get("/api/models", { config: { ability: "look", answer: z.array(modelSummarySchema) } }, () =>
    listModels(db),
  );
  app.get(
    "/api/models/:model/history",
    { config: { ability: "look", answer: z.array(deploymentSchema) }, schema: { params: modelPath } },
    (request) => listHistory(db, request.params.model),
  );
  app.get(
    "/api/models/:model/monitor",
    { config: { ability: "look", answer: z.array(monitorRunSchema) }, schema: { params: modelPath } },
    (request) => listMonitorRuns(db, request.params.model),
  );
  app.post(
    "/api/models/:model/rollbacks",
    {
      config: { ability: "rollback", answer: deploymentSchema },
      schema: { params: modelPath, body: newRollbackSchema },
    },
    async (request, reply) =>
      reply.code(201).send(await rollback(operations, actorOf(request), request.params.model, request.body)),
  );
}
