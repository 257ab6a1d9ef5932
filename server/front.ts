/** What stands before Fastify: the server itself, the gate, and the road of the plainest question. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { RawServerDefault } from "fastify";
import type { Connections } from "./connections.ts";
import { Gate } from "./overload/gate.ts";
import { refuse } from "./overload/refusal.ts";
import { PlainRoad, type PlainRoadContext } from "./serving/plain-road.ts";
import type { Transport } from "./transport.ts";

/** From a request's first byte to its last. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The same for its head, also of a connection on which nothing comes; and between looks, which Node takes each 30 s otherwise. */
const TIMES = {
  ...{ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 5_000, connectionsCheckingInterval: 500 },
  /** Longer than the pause of any load balancer that keeps connections. */
  keepAliveTimeout: 72_000,
};
/** Addresses of products; those of people are never refused, and few. */
const OF_PRODUCTS = /^\/v[12]\//;

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server, by TLS of its own where that is set, with Holt's limits on slow clients. */
export function createServer(tls: Transport["tls"], handle: Handle): RawServerDefault {
  return tls ? createHttpsServer({ ...tls, ...TIMES }, handle) : createHttpServer(TIMES, handle);
}

export interface FrontContext extends PlainRoadContext {
  connections: Connections;
  isEnding(): boolean;
}

/** @param byFastify takes what is none of the plain road's */
export function frontOf(context: FrontContext, byFastify: Handle): Handle {
  const { connections, admission, isEnding } = context;
  const gate = new Gate(admission);
  const plainRoad = new PlainRoad(context);
  return (request, response) => {
    const otherwise = () => byFastify(request, response);
    if (!OF_PRODUCTS.test(request.url ?? "")) return otherwise();
    gate.arrive({
      response,
      refuse() {
        if (connections.isLast(request.socket)) otherwise();
        else refuse(request, response, { connections, isEnding: isEnding() });
      },
      letIn() {
        const isPlain = !isEnding() && !connections.isLast(request.socket);
        if (!isPlain || !plainRoad.takes(request, response, otherwise)) otherwise();
      },
    });
  };
}
