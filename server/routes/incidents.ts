import { z } from "zod";
import { incidentSchema, newActionVerdictSchema } from "../../core/api.ts";
import { postmortemSchema } from "../../core/postmortem.ts";
import { postmortemMarkdown } from "../../core/postmortem-markdown.ts";
import { getIncident, listIncidents } from "../../db/views/incidents.ts";
import { getPostmortem } from "../../db/views/postmortem.ts";
import { acknowledgeIncident, settleIncidentAction } from "../../operations/incidents.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { addAlertRoutes } from "./alerts.ts";
import { incidentActionPath, incidentPath } from "./parameters.ts";
import { addSilenceRoutes } from "./silences.ts";

const incidentsQuery = z.strictObject({
  model: z.string().optional(),
  state: incidentSchema.shape.state.optional(),
});

export function addIncidentRoutes(app: HttpServer, context: ServerContext): void {
  addIncidents(app, context);
  addAlertRoutes(app, context);
  addSilenceRoutes(app, context);
}

function addIncidents(app: HttpServer, { database, operations }: ServerContext): void {
  const { db } = database;
  app.get(
    "/api/incidents",
    {
      config: { ability: "look", answer: z.array(incidentSchema) },
      schema: { querystring: incidentsQuery },
    },
    (request) => listIncidents(db, request.query),
  );
  app.get(
    "/api/incidents/:id",
    { config: { ability: "look", answer: incidentSchema }, schema: { params: incidentPath } },
    (request) => getIncident(db, request.params.id),
  );
  app.get(
    "/api/incidents/:id/postmortem.json",
    { config: { ability: "look", answer: postmortemSchema }, schema: { params: incidentPath } },
    (request) => getPostmortem(db, request.params.id),
  );
  app.get(
    "/api/incidents/:id/postmortem.md",
    { config: { ability: "look" }, schema: { params: incidentPath } },
    async (request, reply) => {
      const document = postmortemMarkdown(await getPostmortem(db, request.params.id));
      return reply
        .header("cache-control", "no-store")
        .header("content-disposition", `attachment; filename="incident-${request.params.id}.md"`)
        .type("text/markdown; charset=utf-8")
        .send(document);
    },
  );
  app.post(
    "/api/incidents/:id/acknowledgements",
    { config: { ability: "submit", answer: incidentSchema }, schema: { params: incidentPath } },
    async (request, reply) =>
      reply.code(201).send(await acknowledgeIncident(operations, actorOf(request), request.params.id)),
  );
  app.post(
    "/api/incidents/:id/actions/:name",
    {
      config: { ability: "rollback", answer: incidentSchema },
      schema: { params: incidentActionPath, body: newActionVerdictSchema },
    },
    (request) =>
      settleIncidentAction(
        operations,
        actorOf(request),
        request.params.id,
        request.params.name,
        request.body,
      ),
  );
}
