import type { FastifyError } from "fastify";
import type { Problem } from "../core/api.ts";

/** Every code that a problem may have: status and title. Documented in docs/errors.md; a test compares the two. */
export const PROBLEMS = {
  invalid_input: [400, "The request has a mistake"],
  not_signed_in: [401, "Sign in first"],
  not_allowed: [403, "You may not do this"],
  cross_site: [403, "The request came from another site"],
  not_found: [404, "There is no such thing"],
  no_route: [404, "There is no such address"],
  request_timeout: [408, "The request took too long to arrive"],
  conflict: [409, "This does not fit what is there now"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The body is not JSON"],
  too_many_requests: [429, "Too many requests"],
  headers_too_large: [431, "The headers are too large"],
  internal: [500, "Holt made a mistake"],
  broken_promise: [500, "Something that Holt relies on was changed"],
  unavailable: [503, "PostgreSQL cannot be reached"],
  overloaded: [503, "There is too much to do"],
  not_kept: [503, "This cannot be kept just now"],
  model_away: [503, "The model does not answer just now"],
  starting: [503, "Holt does not know yet what is live"],
} as const satisfies Record<string, readonly [status: number, title: string]>;
export type ProblemCode = keyof typeof PROBLEMS;

/** No one is signed in, or not any more. A kind of its own, since the remedy is another than a missing role's. */
export class NotSignedIn extends Error {
  override name = "NotSignedIn";
}

/** A browser sent this for a page of another origin. */
export class CrossSite extends Error {
  override name = "CrossSite";
}

/** What was told could not be written down, and may be told again. */
export class NotKept extends Error {
  override name = "NotKept";
}

/** What was asked for is not known yet. */
export class Starting extends Error {
  override name = "Starting";
}

const BY_NAME: Record<string, ProblemCode> = {
  InvalidInput: "invalid_input",
  NotSignedIn: "not_signed_in",
  NotAllowed: "not_allowed",
  CrossSite: "cross_site",
  NotFound: "not_found",
  Conflict: "conflict",
  BrokenPromise: "broken_promise",
  NotKept: "not_kept",
  ModelAway: "model_away",
  Starting: "starting",
};

const BY_STATUS: Record<number, ProblemCode> = {
  400: "invalid_input",
  404: "no_route",
  408: "request_timeout",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "too_many_requests",
  431: "headers_too_large",
};

/** RFC 9457. What isn't one of Holt's own errors says nothing of its insides; the log has them under the request's id. */
export function toProblem(error: Error, requestId: string): Problem {
  const own = BY_NAME[error.name];
  if (own) return problem(own, error.message);
  if (isLostDatabase(error))
    return problem("unavailable", "PostgreSQL: could not be reached; try again in some seconds");
  const status = (error as FastifyError).statusCode ?? 500;
  // Whether a person may is for Holt's own errors to say; this is the static files' "Forbidden".
  if (status === 403)
    return problem("no_route", "path: leads out of the pages' folder; correct the address, see docs/http.md");
  const known = BY_STATUS[status] ?? (status < 500 ? "invalid_input" : "internal");
  if (known === "internal")
    return problem("internal", `request ${requestId}: failed inside Holt; the server's log says why`);
  return problem(known, error.message);
}

export function problem(code: ProblemCode, detail: string): Problem {
  const [status, title] = PROBLEMS[code];
  return { type: `urn:holt:error:${code}`, title, status, detail, code };
}

/** Node's and PostgreSQL's words for a server that is down, starting, ending, or out of connections. */
export function isLostDatabase(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return (
    /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|08|57P|53300)/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
      error.message,
    )
  );
}
