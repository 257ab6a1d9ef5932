import { z } from "zod";
import { experimentLookSchema } from "../../core/experiment/look.ts";
import { experimentReportSchema, listedExperimentSchema } from "../../core/experiment/report.ts";
import {
  experimentEndSchema,
  experimentOverrideSchema,
  experimentPauseSchema,
  experimentPlanSchema,
  experimentShipSchema,
  experimentSummarySchema,
  experimentTrafficSchema,
  newExperimentSchema,
} from "../../core/experiments-api.ts";
import { listLooks } from "../../db/experiment-looks.ts";
import { getExperiment, listExperiments } from "../../db/experiments.ts";
import { getExperimentReport, listExperimentsWithLooks } from "../../db/views/experiment-report.ts";
import { getModel } from "../../db/views/models.ts";
import {
  endExperiment,
  growExperiment,
  overrideArm,
  pauseExperiment,
  planExperiment,
  resumeExperiment,
  shipExperiment,
  startExperiment,
} from "../../operations/experiments.ts";
import { drawExperimentReport } from "../../report/experiment.ts";
import { actorOf } from "../authorization.ts";
import { sendDocument } from "../html-document.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { experimentPath, modelPath } from "./parameters.ts";

const experimentsQuery = z.strictObject({
  model: z.string().max(100).optional(),
  state: z.enum(["running", "ended"]).optional(),
});

export function addExperimentRoutes(app: HttpServer, context: ServerContext): void {
  const { operations, database } = context;
  app.get(
    "/api/models/:model/experiments",
    { config: { ability: "look", answer: z.array(experimentSummarySchema) }, schema: { params: modelPath } },
    async (request) => {
      await getModel(database.db, request.params.model);
      return listExperiments(database.db, request.params.model);
    },
  );
  app.get(
    "/api/models/:model/experiment-plan",
    { config: { ability: "look", answer: experimentPlanSchema }, schema: { params: modelPath } },
    (request) => planExperiment(operations, request.params.model),
  );
  app.post(
    "/api/models/:model/experiments",
    {
      config: { ability: "rollback", answer: experimentSummarySchema },
      schema: { params: modelPath, body: newExperimentSchema },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await startExperiment(operations, actorOf(request), request.params.model, request.body)),
  );
  app.get(
    "/api/experiments/:id",
    { config: { ability: "look", answer: experimentSummarySchema }, schema: { params: experimentPath } },
    (request) => getExperiment(database.db, request.params.id),
  );
  app.get(
    "/api/experiments/:id/looks",
    {
      config: { ability: "look", answer: z.array(experimentLookSchema) },
      schema: { params: experimentPath },
    },
    async (request) => {
      await getExperiment(database.db, request.params.id);
      return listLooks(database.db, request.params.id);
    },
  );
  addReport(app, context);
  addChanges(app, context);
}

/** What the page shows, for programs too. */
function addReport(app: HttpServer, { database: { db } }: ServerContext): void {
  app.get(
    "/api/experiments",
    {
      config: { ability: "look", answer: z.array(listedExperimentSchema) },
      schema: { querystring: experimentsQuery },
    },
    (request) => listExperimentsWithLooks(db, request.query),
  );
  app.get(
    "/api/experiments/:id/report.json",
    { config: { ability: "look", answer: experimentReportSchema }, schema: { params: experimentPath } },
    (request) => getExperimentReport(db, request.params.id),
  );
  app.get(
    "/api/experiments/:id/report.html",
    { config: { ability: "look" }, schema: { params: experimentPath } },
    async (request, reply) =>
      sendDocument(reply, drawExperimentReport(await getExperimentReport(db, request.params.id))),
  );
}

function addChanges(app: HttpServer, { operations }: ServerContext): void {
  const config = { ability: "rollback", answer: experimentSummarySchema } as const;
  app.post(
    "/api/experiments/:id/ends",
    { config, schema: { params: experimentPath, body: experimentEndSchema } },
    (request) => endExperiment(operations, actorOf(request), request.params.id, request.body),
  );
  app.post(
    "/api/experiments/:id/ships",
    { config, schema: { params: experimentPath, body: experimentShipSchema } },
    (request) => shipExperiment(operations, actorOf(request), request.params.id, request.body),
  );
  app.post(
    "/api/experiments/:id/pauses",
    { config, schema: { params: experimentPath, body: experimentPauseSchema } },
    (request) => pauseExperiment(operations, actorOf(request), request.params.id, request.body),
  );
  app.post(
    "/api/experiments/:id/resumes",
    { config, schema: { params: experimentPath, body: experimentPauseSchema } },
    (request) => resumeExperiment(operations, actorOf(request), request.params.id, request.body),
  );
  app.post(
    "/api/experiments/:id/traffic",
    { config, schema: { params: experimentPath, body: experimentTrafficSchema } },
    (request) => growExperiment(operations, actorOf(request), request.params.id, request.body),
  );
  app.post(
    "/api/experiments/:id/overrides",
    { config, schema: { params: experimentPath, body: experimentOverrideSchema } },
    (request) => overrideArm(operations, actorOf(request), request.params.id, request.body),
  );
}
