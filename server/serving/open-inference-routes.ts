/** The Open Inference Protocol, version 2: a model's own tensors, without editorial rules, fallback or exposure. */
import { z } from "zod";
import { NotFound } from "../../core/errors.ts";
import {
  assertOutputs,
  type InferAsked,
  type Inferred,
  inferAskedSchema,
  inferredSchema,
  modelMetadataSchema,
  readTensors,
  serverMetadataSchema,
  tensorsOf,
  writeTensors,
} from "../../core/open-inference.ts";
import holt from "../../package.json" with { type: "json" };
import type { HttpServer, ServerContext } from "../http-server.ts";
import type { Health } from "../routes/health.ts";
import { modelPath } from "../routes/parameters.ts";
import { withLease } from "./recommend.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { Lease } from "./slot.ts";

/** A thousand items with long ids. */
const BODY_LIMIT_BYTES = 512 * 1024;

/** By version as well, which must be the one that answers. */
const versionPath = modelPath.extend({ version: z.string().max(20).optional() });
const serverLiveSchema = z.object({ live: z.boolean() });
const serverReadySchema = z.object({ live: z.boolean(), ready: z.boolean() });
const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() });

export function addOpenInferenceRoutes(app: HttpServer, { live }: ServerContext, health: Health): void {
  app.get("/v2", { config: { ability: "public", answer: serverMetadataSchema } }, async () => ({
    ...{ name: "holt", version: holt.version, extensions: [] },
  }));
  app.get("/v2/health/live", { config: { ability: "public", answer: serverLiveSchema } }, async () => ({
    live: true,
  }));
  app.get(
    "/v2/health/ready",
    { config: { ability: "public", answer: serverReadySchema } },
    async (_request, reply) => {
      const { ready } = await health();
      return reply.code(ready ? 200 : 503).send({ live: true, ready });
    },
  );
  for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    app.get(
      path,
      { config: { ability: "recommend", answer: modelMetadataSchema }, schema: { params: versionPath } },
      ({ params }) =>
        withVersion(live, params, async ({ model }) => ({
          ...{ name: params.model, versions: [String(model.version)], platform: "onnx_onnxv1" },
          ...{ inputs: tensorsOf("inputs"), outputs: tensorsOf("outputs") },
        })),
    );
    app.get(
      `${path}/ready`,
      { config: { ability: "recommend", answer: modelReadySchema }, schema: { params: versionPath } },
      ({ params }, reply) =>
        withVersion(live, params, async (lease) => {
          const ready = problemOf(lease) === null;
          return reply.code(ready ? 200 : 503).send({ name: params.model, ready });
        }),
    );
    app.post(
      `${path}/infer`,
      {
        bodyLimit: BODY_LIMIT_BYTES,
        config: { ability: "recommend", answer: inferredSchema },
        schema: { params: versionPath, body: inferAskedSchema },
      },
      ({ params, body }) =>
        withVersion(live, params, async (lease): Promise<Inferred> => {
          assertOutputs(body);
          const answer = await infer(params.model, lease, body);
          return {
            ...{ model_name: params.model, model_version: String(lease.model.version) },
            ...(body.id !== undefined && { id: body.id }),
            outputs: writeTensors(body, answer),
          };
        }),
    );
  }
}

/** @throws {NotFound} another version answers, no model does, or the model was never live */
function withVersion<Result>(
  live: ServerContext["live"],
  { model, version }: { model: string; version?: string | undefined },
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  return withLease(live, model, async (lease) => {
    const now = String(lease.model.version);
    if (lease.model.recommender?.isByPerson)
      throw new NotFound(
        `model "${model}": the lists of version ${now} were written beforehand, so there are no tensors to ask; ask for /v1/models/${model}/recommendations`,
      );
    if (version === undefined || version === now) return work(lease);
    throw new NotFound(
      `model "${model}": version "${version}" does not answer, ${now} does; ask for that one`,
    );
  });
}

/** The child process, deadline and breaker of every answer; nothing stands in for the model. */
async function infer(name: string, lease: Lease, asked: InferAsked) {
  const { history, k } = readTensors(asked);
  const problem = problemOf(lease);
  const { recommender, version } = lease.model;
  if (problem !== null || !recommender) throw away(name, version, problem ?? "is not loaded");
  try {
    return await recommender.recommend(history, k, "");
  } catch (error) {
    throw away(name, version, (error as Error).message);
  }
}

/** Why the model answers nobody now; null when it does. */
function problemOf({ model: { recommender }, isListOnly }: Lease): string | null {
  if (isListOnly) return "everybody gets the popularity list, since somebody said so";
  return recommender ? recommender.problem : "its artifact could not be loaded";
}

function away(name: string, version: number, why: string): ModelAway {
  return new ModelAway(
    `model "${name}" version ${version}: does not answer now (${why}); ask again in some seconds`,
  );
}
