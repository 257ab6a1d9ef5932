import { z } from "zod";
import { auditRecordSchema } from "../../core/api.ts";
import { listAudit } from "../../db/views/audit.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";

const auditQuery = z.strictObject({ model: z.string().optional() });

export function addAuditRoutes(app: HttpServer, { database }: ServerContext): void {
  app.get(
    "/api/audit",
    {
      config: { ability: "audit", answer: z.array(auditRecordSchema) },
      schema: { querystring: auditQuery },
    },
    (request) => listAudit(database.db, request.query.model),
  );
}
