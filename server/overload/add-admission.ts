import type { IncomingHttpHeaders } from "node:http";
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem } from "../problems.ts";
import type { Admission, Priority } from "./admission.ts";

const RETRY_AFTER_S = 1;
const LONG_BODY_BYTES = 64 * 1024;

declare module "fastify" {
  interface FastifyRequest {
    /** It has one of the places below the limit. */
    isUnderWay: boolean;
  }
  interface FastifyContextConfig {
    /** What is refused first when there is too much; `online` for products' routes and `always` for all others when left out. */
    priority?: Priority;
  }
}

/**
 * Refuses what comes over the limit: at once, before anybody is looked up or a body is read, or when both are done. A place
 * below the limit is taken from there to the answer: who sends a wrong token or a body that never ends, or doesn't take an
 * answer, holds none. Call it before all other hooks.
 */
export function addAdmission(
  app: FastifyInstance,
  { admission, isEnding }: { admission: Admission; isEnding: () => boolean },
): void {
  const body = JSON.stringify(
    problem("overloaded", `server: has as much to do as it can do in time; try again in ${RETRY_AFTER_S} s`),
  );
  const headers = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "retry-after": String(RETRY_AFTER_S),
    "x-content-type-options": "nosniff",
  };
  /** Past Fastify's own sending and its hooks, which cost as much again. */
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    const isAwaited = !request.raw.complete && hasLongBody(request.headers);
    if (isEnding() || isAwaited)
      reply.raw.setHeader("connection", app.connections.endAfter(reply.raw) ? "close" : "keep-alive");
    reply.raw.writeHead(503, headers);
    reply.raw.end(request.method === "HEAD" ? undefined : body);
  };
  const leave = (request: FastifyRequest) => {
    if (!request.isUnderWay) return;
    request.isUnderWay = false;
    admission.leave();
  };
  app.decorateRequest("isUnderWay", false);
  app.addHook("onRequest", (request, reply, next) => {
    const priority = priorityFor(request);
    if (priority !== "always" && admission.refuses(priority)) refuse(request, reply);
    else next();
  });
  app.addHook("preValidation", (request, reply, next) => {
    const priority = priorityFor(request);
    if (priority === "always") return next();
    if (!admission.enter(priority)) return refuse(request, reply);
    request.isUnderWay = true;
    // Not Fastify's own end of an answer, which a client that goes away never gets.
    reply.raw.once("close", () => leave(request));
    next();
  });
  app.addHook("onSend", (request, _reply, _payload, next) => {
    leave(request);
    next();
  });
}

function priorityFor(request: FastifyRequest): Priority {
  return request.is404 ? "always" : priorityOf(request.routeOptions.config);
}

/** Shorter ones are read and thrown away, which costs less than a new connection. */
function hasLongBody(headers: IncomingHttpHeaders): boolean {
  return "transfer-encoding" in headers || Number(headers["content-length"] ?? 0) > LONG_BODY_BYTES;
}

/** People's pages, health and sign-in are few, and how somebody gets out of an overload: those are never refused. */
export function priorityOf({ priority, ability }: FastifyContextConfig): Priority {
  return priority ?? (ability === "recommend" || ability === "report" ? "online" : "always");
}
