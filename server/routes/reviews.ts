import { z } from "zod";
import {
  commentSchema,
  decisionSchema,
  delegationSchema,
  inboxReviewSchema,
  newCommentSchema,
  newDecisionSchema,
  newDelegationSchema,
  newReviewCodeSchema,
  reviewCodeSchema,
  reviewDetailSchema,
} from "../../core/api.ts";
import { listDelegations } from "../../db/delegations.ts";
import { getReviewFor, listReviewsFor } from "../../db/views/reviews.ts";
import { comment } from "../../operations/comments.ts";
import { decide } from "../../operations/decide.ts";
import { delegate, endDelegation } from "../../operations/delegations.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { delegationPath, runPath } from "./parameters.ts";

export function addReviewRoutes(app: HttpServer, { database, operations }: ServerContext): void {
  const { db } = database;
  app.get("/api/reviews", { config: { ability: "look", answer: z.array(inboxReviewSchema) } }, (request) =>
    listReviewsFor(db, actorOf(request).personId),
  );
  app.get(
    "/api/runs/:runId/review",
    { config: { ability: "look", answer: reviewDetailSchema }, schema: { params: runPath } },
    (request) => getReviewFor(db, request.params.runId, actorOf(request)),
  );
  app.post(
    "/api/runs/:runId/decisions",
    {
      config: { ability: "decide", answer: decisionSchema },
      schema: { params: runPath, body: newDecisionSchema },
    },
    async (request, reply) => {
      const channel = request.session === undefined ? "api" : "page";
      const { runId } = request.params;
      return reply.code(201).send(await decide(operations, actorOf(request), runId, request.body, channel));
    },
  );
  app.post(
    "/api/runs/:runId/comments",
    {
      config: { ability: "decide", answer: commentSchema },
      schema: { params: runPath, body: newCommentSchema },
    },
    async (request, reply) =>
      reply.code(201).send(await comment(operations, actorOf(request), request.params.runId, request.body)),
  );
  app.post(
    "/api/runs/:runId/review-codes",
    {
      config: { ability: "decide", answer: reviewCodeSchema },
      schema: { params: runPath, body: newReviewCodeSchema },
    },
    async (request, reply) =>
      reply
        .code(201)
        .header("cache-control", "no-store")
        .send(await issueReviewCode(operations, actorOf(request), request.params.runId, request.body)),
  );
  app.get("/api/delegations", { config: { ability: "look", answer: z.array(delegationSchema) } }, () =>
    listDelegations(db),
  );
  app.post(
    "/api/delegations",
    { config: { ability: "decide", answer: delegationSchema }, schema: { body: newDelegationSchema } },
    async (request, reply) =>
      reply.code(201).send(await delegate(operations, actorOf(request), request.body)),
  );
  app.delete(
    "/api/delegations/:id",
    { config: { ability: "decide" }, schema: { params: delegationPath } },
    async (request, reply) => {
      await endDelegation(operations, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
