import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from "fastify";
import type { Admission, Priority } from "./admission.ts";
import { refuse } from "./refusal.ts";

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
 * Takes a place below the limit from when somebody is known and a body is read to the answer: who sends a wrong token or a
 * body that never ends, or doesn't take an answer, holds none. What finds no place then is refused; most of that was
 * refused at the gate already.
 */
export function addAdmission(
  app: FastifyInstance,
  { admission, isEnding }: { admission: Admission; isEnding: () => boolean },
): void {
  const leave = (request: FastifyRequest) => {
    if (!request.isUnderWay) return;
    request.isUnderWay = false;
    admission.leave();
  };
  app.decorateRequest("isUnderWay", false);
  app.addHook("preValidation", (request, reply, next) => {
    const priority = priorityFor(request);
    if (priority === "always") return next();
    if (!admission.enter(priority)) {
      reply.hijack();
      return refuse(request.raw, reply.raw, { connections: app.connections, isEnding: isEnding() });
    }
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

/** People's pages, health and sign-in are few, and how somebody gets out of an overload: those are never refused. */
export function priorityOf({ priority, ability }: FastifyContextConfig): Priority {
  return priority ?? (ability === "recommend" || ability === "report" ? "online" : "always");
}
