import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Connections } from "../connections.ts";
import { problem } from "../problems.ts";

const RETRY_AFTER_S = 1;
const LONG_BODY_BYTES = 64 * 1024;

const BODY = JSON.stringify(
  problem("overloaded", `server: has as much to do as it can do in time; try again in ${RETRY_AFTER_S} s`),
);
const HEADERS = {
  "content-type": "application/problem+json",
  "content-length": String(Buffer.byteLength(BODY)),
  "retry-after": String(RETRY_AFTER_S),
  "x-content-type-options": "nosniff",
};

/** Says 503 and when to come again, past Fastify's own sending and its hooks, which cost as much again. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { connections, isEnding }: { connections: Connections; isEnding: boolean },
): void {
  const isAwaited = !request.complete && hasLongBody(request.headers);
  if (isEnding || isAwaited)
    response.setHeader("connection", connections.endAfter(response) ? "close" : "keep-alive");
  response.writeHead(503, HEADERS);
  response.end(request.method === "HEAD" ? undefined : BODY);
}

/** Shorter ones are read and thrown away, which costs less than a new connection. */
function hasLongBody(headers: IncomingHttpHeaders): boolean {
  return "transfer-encoding" in headers || Number(headers["content-length"] ?? 0) > LONG_BODY_BYTES;
}
