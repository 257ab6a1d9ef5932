import type { FastifyReply } from "fastify";
import { DOCUMENT_POLICY } from "../report/file.ts";

/** Answers with a document of report/: in its own style alone, in no frame, kept by no cache. */
export function sendDocument(reply: FastifyReply, document: string) {
  return reply
    .header("content-security-policy", `${DOCUMENT_POLICY}; frame-ancestors 'none'`)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(document);
}
