import { z } from "zod";
import {
  newRolloutAnswerSchema,
  newRunSchema,
  newStepAnswerSchema,
  type RunDetail,
  rolloutStageSchema,
  runDetailSchema,
  runSummarySchema,
  setAsideRowSchema,
  startedRunSchema,
  stepAnsweredSchema,
} from "../../core/api.ts";
import { answersSchema, newAnswersSchema, newDefinitionRetrySchema } from "../../core/failed-steps-api.ts";
import { RUN_STATES } from "../../core/steps.ts";
import { getRunDetail, getRunSummary, listRuns, listSetAside } from "../../db/views/runs.ts";
import { answerFailedSteps } from "../../operations/answer-failed-steps.ts";
import { answerRollout } from "../../operations/answer-rollout.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { retryWithDefinition } from "../../operations/retry-with-definition.ts";
import { startRun } from "../../operations/start-run.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { runPath, stepPath } from "./parameters.ts";

/** As many as a person would look through. */
const MOST_SET_ASIDE = 1_000;

const runsQuery = z.strictObject({ model: z.string().optional(), state: z.enum(RUN_STATES).optional() });
const setAsideQuery = z.strictObject({
  limit: z.coerce
    .number("is not a number; write digits")
    .int("is not a whole number; write digits")
    .min(1, "is too small; write at least 1")
    .max(MOST_SET_ASIDE, `is too big; write at most ${MOST_SET_ASIDE}`)
    .default(100),
});
const startHeaders = z.object({ "idempotency-key": newRunSchema.shape.runKey });

export function addRunRoutes(app: HttpServer, context: ServerContext): void {
  const { db } = context.database;
  app.get(
    "/api/runs",
    {
      config: { ability: "look", answer: z.array(runSummarySchema) },
      schema: { querystring: runsQuery },
    },
    (request) => listRuns(db, request.query),
  );
  app.post(
    "/api/runs",
    {
      config: { ability: "submit", answer: startedRunSchema },
      schema: { body: newRunSchema, headers: startHeaders },
    },
    async (request, reply) => {
      const runKey = request.body.runKey ?? request.headers["idempotency-key"];
      const { runId, alsoOpen } = await startRun(context.operations, actorOf(request), {
        ...request.body,
        ...(runKey === undefined ? {} : { runKey }),
      });
      return reply
        .code(201)
        .header("location", `/api/runs/${encodeURIComponent(runId)}`)
        .send({ ...(await getRunSummary(db, runId)), alsoOpen });
    },
  );
  app.get(
    "/api/runs/:runId",
    { config: { ability: "look", answer: runDetailSchema }, schema: { params: runPath } },
    async (request): Promise<RunDetail> => {
      const run = await getRunDetail(db, request.params.runId);
      return { ...run, temporalUrl: temporalUrl(context, run.workflowId) };
    },
  );
  app.get(
    "/api/runs/:runId/set-aside",
    {
      config: { ability: "look", answer: z.array(setAsideRowSchema) },
      schema: { params: runPath, querystring: setAsideQuery },
    },
    (request) => listSetAside(db, request.params.runId, request.query.limit),
  );
  app.post(
    "/api/runs/:runId/steps/:step/answers",
    {
      config: { ability: "submit", answer: stepAnsweredSchema },
      schema: { params: stepPath, body: newStepAnswerSchema },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await answerStep(context.operations, actorOf(request), request.params, request.body)),
  );
  app.post(
    "/api/runs/:runId/definition-retries",
    {
      config: { ability: "submit", answer: startedRunSchema },
      schema: { params: runPath, body: newDefinitionRetrySchema },
    },
    async (request, reply) => {
      const asked = { ...request.params, ...request.body };
      const { runId, alsoOpen } = await retryWithDefinition(context.operations, actorOf(request), asked);
      return reply
        .code(201)
        .header("location", `/api/runs/${encodeURIComponent(runId)}`)
        .send({ ...(await getRunSummary(db, runId)), alsoOpen });
    },
  );
  app.post(
    "/api/step-answers",
    {
      config: { ability: "submit", answer: answersSchema },
      schema: { body: newAnswersSchema },
    },
    async (request, reply) =>
      reply.code(201).send(await answerFailedSteps(context.operations, actorOf(request), request.body)),
  );
  app.post(
    "/api/runs/:runId/rollout-answers",
    {
      config: { ability: "rollback", answer: z.array(rolloutStageSchema) },
      schema: { params: runPath, body: newRolloutAnswerSchema },
    },
    async (request, reply) => {
      const { runId } = request.params;
      reply.code(201);
      return answerRollout(context.operations, actorOf(request), runId, request.body);
    },
  );
}

function temporalUrl({ temporalUiUrl, temporalNamespace }: ServerContext, workflowId: string): string | null {
  if (!temporalUiUrl) return null;
  const path = `namespaces/${encodeURIComponent(temporalNamespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return `${temporalUiUrl.replace(/\/$/, "")}/${path}`;
}
