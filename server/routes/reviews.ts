import { z } from "zod";
import {
  decisionSchema,
  newDecisionSchema,
  type ReviewDetail,
  reviewCodeSchema,
  reviewDetailSchema,
  reviewSummarySchema,
} from "../../core/api.ts";
import { mayDo } from "../../core/roles.ts";
import { getReviewDetail, listReviews } from "../../db/views/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { runPath } from "./parameters.ts";

export function addReviewRoutes(app: HttpServer, { database, operations }: ServerContext): void {
  const { db } = database;
  app.get("/api/reviews", { config: { ability: "look", answer: z.array(reviewSummarySchema) } }, () =>
    listReviews(db),
  );
  app.get(
    "/api/runs/:runId/review",
    { config: { ability: "look", answer: reviewDetailSchema }, schema: { params: runPath } },
    async (request): Promise<ReviewDetail> => {
      const review = await getReviewDetail(db, request.params.runId);
      return { ...review, mayDecide: review.state === "open" && mayDo(actorOf(request).roles, "decide") };
    },
  );
  app.post(
    "/api/runs/:runId/decisions",
    {
      config: { ability: "decide", answer: decisionSchema },
      schema: { params: runPath, body: newDecisionSchema },
    },
    async (request, reply) => {
      const channel = request.session === undefined ? "cli" : "page";
      const { runId } = request.params;
      return reply.code(201).send(await decide(operations, actorOf(request), runId, request.body, channel));
    },
  );
  app.post(
    "/api/runs/:runId/review-codes",
    {
      config: { ability: "decide", answer: reviewCodeSchema },
      schema: { params: runPath, body: newDecisionSchema },
    },
    async (request, reply) =>
      reply
        .code(201)
        .header("cache-control", "no-store")
        .send(await issueReviewCode(operations, actorOf(request), request.params.runId, request.body)),
  );
}
