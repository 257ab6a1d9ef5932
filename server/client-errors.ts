import type { Socket } from "node:net";
import { type ProblemCode, problem } from "./problems.ts";

/** So long a client may go on reading what it was told last. */
const LINGER_MS = 1_000;

const BY_CODE: Record<string, [ProblemCode, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "request: took too long to arrive; send it faster"],
  HPE_HEADER_OVERFLOW: ["headers_too_large", "headers: are larger than 16 kB; send fewer or shorter ones"],
};

/** Answers what isn't HTTP, or not in time, before any route could see it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const [code, detail] = BY_CODE[error.code ?? ""] ?? [
    "invalid_input",
    "request: is not HTTP/1.1; send it as RFC 9112 has it",
  ];
  const body = JSON.stringify(problem(code, detail));
  const { status, title } = problem(code, detail);
  endGently(
    socket,
    [
      `HTTP/1.1 ${status} ${title}`,
      "content-type: application/problem+json",
      `content-length: ${Buffer.byteLength(body)}`,
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

/**
 * Says its last words on a connection, and destroys it a moment after they are sent, whatever the client does. At once would
 * be a reset where more of a request arrives, and a client that is reset may never see what it was told (RFC 9112, 9.6).
 * Nothing more is read: what floods in costs nothing.
 */
export function endGently(socket: Socket, lastWords = ""): void {
  if (socket.destroyed) return;
  socket.pause();
  socket.end(lastWords, () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
}
