import type { IncomingHttpHeaders } from "node:http";
import type { FastifyContextConfig, FastifyInstance } from "fastify";
import { problem } from "../problems.ts";
import type { Admission, Priority } from "./admission.ts";

const RETRY_AFTER_S = 1;
const LONG_BODY_BYTES = 64 * 1024;

declare module "fastify" {
  interface FastifyContextConfig {
    /** What is refused first when there is too much; `online` for products' routes and `always` for all others when left out. */
    priority?: Priority;
  }
}

/**
 * Refuses what comes over the limit, before anything is done for it: nobody is looked up, no body is read. Call it before
 * all other hooks.
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
  app.addHook("onRequest", (request, reply, next) => {
    const priority = request.is404 ? "always" : priorityOf(request.routeOptions.config);
    if (priority === "always") return next();
    if (admission.enter(priority)) {
      // Not Fastify's own end of an answer, which a client that goes away never gets.
      reply.raw.once("close", () => admission.leave());
      return next();
    }
    // Past Fastify's own sending and its hooks, which cost as much again.
    reply.hijack();
    if (isEnding() || hasLongBody(request.headers))
      reply.raw.setHeader("connection", app.connections.endAfter(reply.raw) ? "close" : "keep-alive");
    reply.raw.writeHead(503, headers);
    reply.raw.end(request.method === "HEAD" ? undefined : body);
  });
}

/** Shorter ones are read and thrown away, which costs less than a new connection. */
function hasLongBody(headers: IncomingHttpHeaders): boolean {
  return "transfer-encoding" in headers || Number(headers["content-length"] ?? 0) > LONG_BODY_BYTES;
}

/** People's pages, health and sign-in are few, and how somebody gets out of an overload: those are never refused. */
export function priorityOf({ priority, ability }: FastifyContextConfig): Priority {
  return priority ?? (ability === "recommend" || ability === "report" ? "online" : "always");
}
