import type { FastifyRequest } from "fastify";
import { CrossSite } from "./problems.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a change that a browser sends for another site's page. A session's request must prove where it comes from;
 * others (a program with a token, a first sign-in) need no proof, but what a browser says of them must fit.
 * @throws {CrossSite}
 */
export function assertSameSite(request: FastifyRequest, { isSession = false } = {}): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers["sec-fetch-site"];
  const origin = request.headers.origin;
  if (site !== undefined && site !== "same-origin")
    throw new CrossSite(
      `header "sec-fetch-site": "${site}" is not "same-origin"; use Holt's own pages, or a token`,
    );
  if (origin !== undefined && !isOwn(origin, request.headers.host))
    throw new CrossSite(`header "origin": "${origin}" is not Holt's own; use Holt's own pages, or a token`);
  if (isSession && site === undefined && origin === undefined)
    throw new CrossSite(
      'request: has a session but neither "sec-fetch-site" nor "origin", so it may be another site\'s; use a token',
    );
}

function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
