import { canonicalJson } from "../../core/json.ts";
import { getReport } from "../../db/releases.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { DOCUMENT_POLICY, drawDocument } from "../../report/document.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { runPath } from "./parameters.ts";

/** A run's report as a file: to be read, mailed and kept, or for programs. */
export function addReportRoutes(app: HttpServer, { database: { db } }: ServerContext): void {
  app.get(
    "/api/runs/:runId/report.html",
    { config: { ability: "look" }, schema: { params: runPath } },
    async (request, reply) => {
      const document = drawDocument(await getReviewDetail(db, request.params.runId));
      return reply
        .header("content-security-policy", `${DOCUMENT_POLICY}; frame-ancestors 'none'`)
        .header("cache-control", "no-store")
        .type("text/html; charset=utf-8")
        .send(document);
    },
  );
  app.get(
    "/api/runs/:runId/report.json",
    { config: { ability: "look" }, schema: { params: runPath } },
    async (request, reply) => {
      const { reportDigest } = await getReviewDetail(db, request.params.runId);
      // these very bytes hash to the report's digest, which is what a person signs
      return reply
        .header("cache-control", "no-store")
        .type("application/json; charset=utf-8")
        .send(canonicalJson(await getReport(db, reportDigest)));
    },
  );
}
