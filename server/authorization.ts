import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import { NotAllowed } from "../core/errors.ts";
import type { Ability, Actor } from "../core/roles.ts";
import { authenticate, authenticateSession, requireAbility } from "../operations/authenticate.ts";
import type { OperationsContext } from "../operations/context.ts";
import { NotSignedIn } from "./problems.ts";
import { assertSameSite } from "./same-site.ts";
import { sessionOf } from "./session-cookie.ts";
import type { TokenCache } from "./token-cache.ts";

/** Who may use a route: everybody, everybody with a valid token or session, or those who may do something. */
export type Access = "public" | "signed-in" | Ability;

export interface DeclaredRoute {
  method: string;
  url: string;
  ability: Access;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route with who may use it, in the order of their declaration. */
    declaredRoutes: DeclaredRoute[];
  }
  interface FastifyContextConfig {
    ability?: Access;
  }
  interface FastifyRequest {
    /** Set before a handler runs, on every route that isn't public. */
    actor: Actor | undefined;
    /** The session's secret, when the actor came by a page. */
    session: string | undefined;
  }
}

/**
 * Refuses every request whose person may not use the route. A route that doesn't say who may use it stops the start.
 * Call it before the first route.
 */
export function addAuthorization(
  app: FastifyInstance,
  { operations, tokens, secure }: { operations: OperationsContext; tokens: TokenCache; secure: boolean },
): void {
  app.decorateRequest("actor", undefined);
  app.decorateRequest("session", undefined);
  app.decorate("declaredRoutes", []);
  app.addHook("onRoute", (route) => {
    app.declaredRoutes.push(...declaredRoutes(route));
  });
  app.addHook("onRequest", (request, _reply, next) => {
    const access = request.routeOptions.config.ability;
    if (request.is404 || access === "public") {
      assertSameSite(request);
      return next();
    }
    const bearer = bearerOf(request);
    const isProduct = access === "recommend" || access === "report";
    if (isProduct && bearer !== undefined) {
      request.actor = tokens.known(bearer);
      if (request.actor) {
        requireAbility(request.actor, access);
        return next(); // most requests: nobody waits for anything
      }
    }
    const found = asNotSignedIn(async () => {
      if (bearer !== undefined) return isProduct ? tokens.find(bearer) : authenticate(operations, bearer);
      request.session = sessionOf(request, secure);
      if (request.session === undefined)
        throw new NotSignedIn('request: names nobody; sign in, or send "Authorization: Bearer <token>"');
      return authenticateSession(operations, request.session);
    });
    found
      .then((actor) => {
        request.actor = actor;
        if (request.session !== undefined) assertSameSite(request, { isSession: true });
        if (access !== "signed-in") requireAbility(actor, access as Ability);
      })
      .then(() => next(), next);
  });
}

/** The person of a request on a route that isn't public. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new NotSignedIn("request: names nobody; sign in first");
  return request.actor;
}

function declaredRoutes({ method, url, config }: RouteOptions): DeclaredRoute[] {
  const ability = config?.ability;
  if (!ability)
    throw new Error(
      `route ${String(method)} ${url}: says not who may use it; give it a config.ability ("public" for everybody)`,
    );
  return [method].flat().map((one) => ({ method: one, url, ability }));
}

/** The token of `Authorization: Bearer …`; undefined without that header. */
function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const token = /^Bearer +([^ ]+)$/i.exec(header)?.[1];
  if (!token)
    throw new NotSignedIn('header "authorization": is not of the form "Bearer <token>"; send it so');
  return token;
}

async function asNotSignedIn(find: () => Promise<Actor>): Promise<Actor> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof NotAllowed) throw new NotSignedIn(error.message, { cause: error });
    throw error;
  }
}
