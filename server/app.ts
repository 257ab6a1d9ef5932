import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { addAuthorization } from "./authorization.ts";
import { answerClientError } from "./client-errors.ts";
import { Connections } from "./connections.ts";
import { createServer, type Handle } from "./create-server.ts";
import { frontOf } from "./front.ts";
import type { HttpServer, ServerContext } from "./http-server.ts";
import { addAdmission } from "./overload/add-admission.ts";
import { problem, toProblem } from "./problems.ts";
import { addJsonBodies } from "./request-body.ts";
import { addAuditRoutes } from "./routes/audit.ts";
import { addBatchRoutes } from "./routes/batches.ts";
import { addExperimentRoutes } from "./routes/experiments.ts";
import { addHealthRoutes, type Health } from "./routes/health.ts";
import { addIncidentRoutes } from "./routes/incidents.ts";
import { addModelRoutes } from "./routes/models.ts";
import { addOpenApiRoute } from "./routes/open-api.ts";
import { addPages } from "./routes/pages.ts";
import { addPreviewRoute } from "./routes/preview.ts";
import { addReportRoutes } from "./routes/report.ts";
import { addReviewRoutes } from "./routes/reviews.ts";
import { addRuleRoutes } from "./routes/rules.ts";
import { addRunRoutes } from "./routes/runs.ts";
import { addSafeguardRoutes } from "./routes/safeguards.ts";
import { addSessionRoutes } from "./routes/session.ts";
import { addSignInRoutes } from "./routes/sign-in.ts";
import { addSlackRoutes } from "./routes/slack.ts";
import { addVersionAnswerRoute } from "./routes/version-answer.ts";
import { addVersionRoutes } from "./routes/versions.ts";
import { addSecurityHeaders, securityHeaders } from "./security-headers.ts";
import { addManyRoute } from "./serving/many-route.ts";
import { addOpenInferenceRoutes } from "./serving/open-inference-routes.ts";
import { addOutcomesRoute } from "./serving/outcomes-route.ts";
import { addServingRoute } from "./serving/route.ts";
import { addSimilarRoute } from "./serving/similar-route.ts";
import { TokenCache } from "./token-cache.ts";
import { type ZodTypes, zodCompiler } from "./validation.ts";

const PROBLEM_JSON = "application/problem+json";
/** The longest body is a decision with its reason of 2,000 characters. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** A lost PostgreSQL is looked for each second. */
const RETRY_AFTER_S = 2;
const LONGEST_PATH_PART = 300;

/** Builds the server with all its routes; it listens when its caller says so. */
export async function buildApp(
  context: ServerContext,
  health: Health,
  logger?: FastifyBaseLogger,
): Promise<HttpServer> {
  const secure = context.serverUrl.startsWith("https:");
  const { transport, pictureOrigins } = context;
  let front: Handle | undefined;
  let byFastify: Handle | undefined;
  const app = fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    ...(transport?.tls ? { https: transport.tls } : {}), // for the address that it says it listens at
    serverFactory(handle) {
      byFastify = handle;
      return createServer(transport?.tls, (request, response) => (front ?? handle)(request, response));
    },
    ...(transport?.trustedProxy ? { trustProxy: transport.trustedProxy } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: a child of it a request costs 3 µs, and next to no request has something to say.
    childLoggerFactory: (parent) => parent,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: LONGEST_PATH_PART },
    // While it ends, what was accepted is answered; readiness has told the load balancer before.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const found = toProblem(error, request.id);
      reply.code(found.status).type(PROBLEM_JSON).send(found);
    },
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypes>();
  app.setValidatorCompiler(zodCompiler);
  addJsonBodies(app);
  app.setErrorHandler((error: Error, request, reply) => {
    const found = toProblem(error, request.id);
    if (found.status >= 500) request.log.error({ err: error, reqId: request.id }, found.title);
    if (found.status === 401) reply.header("www-authenticate", "Bearer");
    if (found.status === 503) reply.header("retry-after", RETRY_AFTER_S);
    // the Open Inference Protocol has its words in a member of its own
    const named = request.url.startsWith("/v2/") ? { ...found, error: found.detail } : found;
    return reply.code(found.status).type(PROBLEM_JSON).send(named);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split("?");
    const found = problem("no_route", `${request.method} ${path}: is no address here; see docs/http.md`);
    return reply.code(found.status).type(PROBLEM_JSON).send(found);
  });
  app.decorate("connections", new Connections(app.server));
  app.addHook("onRequest", (request, reply, next) => {
    if (app.connections.isLast(request.raw.socket)) reply.hijack();
    else next();
  });
  addAdmission(app, context);
  await app.register(cookie);
  const headers = await securityHeaders({ secure, pictureOrigins });
  addSecurityHeaders(app, headers);
  await app.register(rateLimit, { global: false });
  const tokens = new TokenCache(context, context.keptTokens);
  addAuthorization(app, { operations: context.operations, tokens, secure });
  app.addHook("onSend", (_request, reply, _payload, next) => {
    // A connection that is kept and then closed as idle could lose the request that is just under way on it.
    if (context.isEnding())
      reply.header("connection", app.connections.endAfter(reply.raw) ? "close" : "keep-alive");
    next();
  });
  addOpenApiRoute(app);
  addHealthRoutes(app, health);
  addSessionRoutes(app, context);
  addSignInRoutes(app, context);
  addModelRoutes(app, context);
  addVersionRoutes(app, context);
  addVersionAnswerRoute(app, context);
  addRunRoutes(app, context);
  addReviewRoutes(app, context);
  addBatchRoutes(app, context);
  addSafeguardRoutes(app, context);
  addExperimentRoutes(app, context);
  addRuleRoutes(app, context);
  addPreviewRoute(app, context);
  addReportRoutes(app, context);
  addSlackRoutes(app, context);
  addIncidentRoutes(app, context);
  addAuditRoutes(app, context);
  addServingRoute(app, context);
  addManyRoute(app, context);
  addSimilarRoute(app, context);
  addOpenInferenceRoutes(app, context, health);
  addOutcomesRoute(app, context);
  await addPages(app, context);
  const { connections, log } = app;
  const own = { tokens, connections, securityHeaders: headers.forPrograms, log };
  if (byFastify) front = frontOf({ ...context, ...own }, byFastify);
  return app;
}
