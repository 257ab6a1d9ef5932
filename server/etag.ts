import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Gives the answer its tag, and says whether the caller has that answer already (`If-None-Match`, compared weakly, RFC
 * 9110, 13.1.2): then 304 is enough. Others may not keep it.
 */
export function isKnownAs(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.header("etag", tag).header("cache-control", "private, no-cache");
  const theirs = request.headers["if-none-match"];
  if (theirs === undefined) return false;
  return theirs.trim() === "*" || theirs.split(",").some((one) => plain(one) === plain(tag));
}

function plain(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
