import { z } from "zod";
import { BATCH_STATES } from "../../core/batch.ts";
import {
  batchKey,
  batchSchema,
  batchSetAsideSchema,
  newBatchAnswerSchema,
  newBatchSchema,
} from "../../core/batch-api.ts";
import { getBatchView, listBatches, listBatchSetAside } from "../../db/views/batches.ts";
import { answerBatch, startBatch } from "../../operations/batches.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { batchPath, modelPath } from "./parameters.ts";

/** As many as a person would look through. */
const MOST_SET_ASIDE = 1_000;

const batchesQuery = z.strictObject({ model: z.string().optional(), state: z.enum(BATCH_STATES).optional() });
const startHeaders = z.object({ "idempotency-key": batchKey });

export function addBatchRoutes(app: HttpServer, { database: { db }, operations }: ServerContext): void {
  app.get(
    "/api/batches",
    { config: { ability: "look", answer: z.array(batchSchema) }, schema: { querystring: batchesQuery } },
    (request) => listBatches(db, request.query),
  );
  app.post(
    "/api/models/:model/batches",
    {
      config: { ability: "submit", answer: batchSchema },
      schema: { params: modelPath, body: newBatchSchema, headers: startHeaders },
    },
    async (request, reply) => {
      const key = request.body.key ?? request.headers["idempotency-key"];
      const { batchId } = await startBatch(operations, actorOf(request), request.params.model, {
        ...request.body,
        ...(key === undefined ? {} : { key }),
      });
      return reply
        .code(201)
        .header("location", `/api/batches/${encodeURIComponent(batchId)}`)
        .send(await getBatchView(db, batchId));
    },
  );
  app.get(
    "/api/batches/:batchId",
    { config: { ability: "look", answer: batchSchema }, schema: { params: batchPath } },
    (request) => getBatchView(db, request.params.batchId),
  );
  app.get(
    "/api/batches/:batchId/set-aside",
    { config: { ability: "look", answer: z.array(batchSetAsideSchema) }, schema: { params: batchPath } },
    async (request) => {
      const { id } = await getBatchView(db, request.params.batchId);
      return listBatchSetAside(db, id, MOST_SET_ASIDE);
    },
  );
  app.post(
    "/api/batches/:batchId/answers",
    {
      config: { ability: "submit", answer: batchSchema },
      schema: { params: batchPath, body: newBatchAnswerSchema },
    },
    async (request, reply) => {
      const { batchId } = request.params;
      await answerBatch(operations, actorOf(request), batchId, request.body);
      return reply.code(201).send(await getBatchView(db, batchId));
    },
  );
}
