import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { answerClientError } from "./client-errors.ts";
import type { HttpServer } from "./http-server.ts";

/**
 * Ends what never arrives while the server ends: Node stops looking for slow requests as soon as it is closed. What has
 * arrived is left to its answer. Call it before the server listens, and what it gives when nobody is waited for any more.
 */
export function watchArrivals(app: HttpServer): () => void {
  const sockets = new Set<Socket>();
  const unanswered = new Set<IncomingMessage>();
  for (const event of ["connection", "secureConnection"])
    app.server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
  app.server.on("request", (request, response) => {
    unanswered.add(request);
    response.once("close", () => unanswered.delete(request));
  });
  return () => {
    const arrived = new Set([...unanswered].filter(({ complete }) => complete).map(({ socket }) => socket));
    for (const socket of sockets) if (!arrived.has(socket)) answerClientError({ ...LATE }, socket);
  };
}

const LATE: NodeJS.ErrnoException = {
  name: "Error",
  message: "request timeout",
  code: "ERR_HTTP_REQUEST_TIMEOUT",
};
