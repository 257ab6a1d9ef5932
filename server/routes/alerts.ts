import { z } from "zod";
import { alertSchema, alertTestSchema, newAlertTestSchema } from "../../core/alerts-api.ts";
import { listAlerts } from "../../db/views/alerts.ts";
import { type NotifySettings, readNotifySettings } from "../../notify/settings.ts";
import { testAlerts } from "../../operations/test-alerts.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { incidentPath, modelPath } from "./parameters.ts";

/** Each wakes people. */
const TESTS = { max: 10, timeWindow: "1 minute" };
/** Longer than a mail server that doesn't answer is waited for. */
const LONGEST_TEST_MS = 45_000;

const alertsQuery = z.strictObject({
  model: z.string().optional(),
  incident: incidentPath.shape.id.optional(),
  state: alertSchema.shape.state.optional(),
});

export function addAlertRoutes(
  app: HttpServer,
  { database, operations }: ServerContext,
  settings: NotifySettings = readNotifySettings(),
): void {
  app.get(
    "/api/alerts",
    { config: { ability: "look", answer: z.array(alertSchema) }, schema: { querystring: alertsQuery } },
    (request) => listAlerts(database.db, request.query),
  );
  app.post(
    "/api/models/:model/alert-tests",
    {
      config: { ability: "submit", answer: z.array(alertTestSchema), rateLimit: TESTS },
      schema: { params: modelPath, body: newAlertTestSchema },
    },
    async (request, reply) => {
      const wanted = { ...request.params, ...request.body };
      const sending = { settings, signal: AbortSignal.timeout(LONGEST_TEST_MS) };
      return reply.code(201).send(await testAlerts(operations, actorOf(request), wanted, sending));
    },
  );
}
