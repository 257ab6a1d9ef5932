import { canonicalJson } from "../../core/json.ts";
import { getReport } from "../../db/releases.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { drawDocument } from "../../report/document.ts";
import { sendDocument } from "../html-document.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { runPath } from "./parameters.ts";

/** A run's report as a file: to be read, mailed and kept, or for programs. */
export function addReportRoutes(app: HttpServer, { database: { db } }: ServerContext): void {
  app.get(
    "/api/runs/:runId/report.html",
    { config: { ability: "look" }, schema: { params: runPath } },
    async (request, reply) =>
      sendDocument(reply, drawDocument(await getReviewDetail(db, request.params.runId))),
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
