import { z } from "zod";
import type { HttpServer } from "../http-server.ts";
import type { AdmissionState } from "../overload/admission.ts";
import type { ServingState } from "../serving/slot.ts";
import type { SpoolState } from "../spool/start.ts";

/** How each part is, in a word or a sentence; only `ready` decides whether requests should come. */
export interface HealthReport {
  ready: boolean;
  details: {
    database: string;
    temporal: string;
    /** Signed ends of the audit log, outside the database; "off" when none are kept. */
    checkpoints: string;
    /** Whether monitors look, and whoever is to be told of it can be. */
    watchdog: string;
    /** Since PostgreSQL last said what is live; null when it never did. */
    knowledgeAgeSeconds: number | null;
    /** The folder from which a start with nothing reachable answers. */
    localFolder: string;
    /** The process that runs the models. */
    scorer: string;
    spool: SpoolState;
    /** How many products' requests may be under way at once, and how many were refused. */
    admission: AdmissionState;
    models: Record<string, ServingState>;
  };
}
export type Health = () => Promise<HealthReport>;

const liveSchema = z.object({ status: z.literal("alive") });
const readySchema = z.object({
  status: z.enum(["ready", "degraded", "not ready"]),
  database: z.string(),
  temporal: z.string(),
  checkpoints: z.string(),
  watchdog: z.string(),
  knowledgeAgeSeconds: z.int().nullable(),
  localFolder: z.string(),
  scorer: z.string(),
  spool: z.object({
    ...{ problem: z.string().nullable(), waitingBytes: z.int() },
    ...{ notRecorded: z.int(), setAside: z.int() },
  }),
  admission: z.object({
    ...{ limit: z.int(), underWay: z.int() },
    refused: z.object({ online: z.int(), batch: z.int() }),
  }),
  models: z.record(
    z.string(),
    z.object({ version: z.int().nullable(), problem: z.string().nullable(), warm: z.array(z.int()) }),
  ),
});

/** `degraded` is ready, since what is in memory answers; its details say what is red. */
export function addHealthRoutes(app: HttpServer, health: Health): void {
  app.get("/livez", { config: { ability: "public", answer: liveSchema } }, async () => ({ status: "alive" }));
  app.get("/readyz", { config: { ability: "public", answer: readySchema } }, async (_request, reply) => {
    const { ready, details } = await health();
    const isWell =
      details.database === "ok" &&
      details.temporal === "ok" &&
      details.localFolder === "ok" &&
      details.scorer === "ok" &&
      details.watchdog === "ok" &&
      details.spool.problem === null &&
      (details.checkpoints === "ok" || details.checkpoints === "off") &&
      Object.values(details.models).every((model) => model.problem === null);
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ status: !ready ? "not ready" : isWell ? "ready" : "degraded", ...details });
  });
}
