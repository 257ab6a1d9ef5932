import type { Socket } from "node:net";
import { type ProblemCode, problem } from "./problems.ts";

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
  socket.end(
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
