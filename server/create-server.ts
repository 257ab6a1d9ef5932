import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { RawServerDefault } from "fastify";
import type { Transport } from "./transport.ts";

/** From a request's first byte to its last. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The same for its head, also of a connection on which nothing comes; and between looks, which Node takes each 30 s otherwise. */
const TIMES = {
  ...{ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 5_000, connectionsCheckingInterval: 500 },
  /** Longer than the pause of any load balancer that keeps connections. */
  keepAliveTimeout: 72_000,
};

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server, by TLS of its own where that is set, with Holt's limits on slow clients. */
export function createServer(tls: Transport["tls"], handle: Handle): RawServerDefault {
  return tls ? createHttpsServer({ ...tls, ...TIMES }, handle) : createHttpServer(TIMES, handle);
}
