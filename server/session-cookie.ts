import type { FastifyReply, FastifyRequest } from "fastify";
import { ATTEMPT_TTL_MS } from "../operations/external-sign-in.ts";
import { SESSION_TTL_MS } from "../operations/sessions.ts";

/** With https the name itself says that no other host and no plain connection has set it (RFC 6265bis, `__Host-`). */
function nameOf(secure: boolean, what: "session" | "sign-in" = "session"): string {
  return secure ? `__Host-holt-${what}` : `holt-${what}`;
}

/** Never seen by scripts, never sent by another site's page. */
function attributes(secure: boolean) {
  return { path: "/", httpOnly: true, sameSite: "strict", secure } as const;
}

export function sessionOf(request: FastifyRequest, secure: boolean): string | undefined {
  return request.cookies[nameOf(secure)];
}

export function setSession(reply: FastifyReply, session: string, secure: boolean): void {
  reply.setCookie(nameOf(secure), session, { ...attributes(secure), maxAge: SESSION_TTL_MS / 1_000 });
}

export function clearSession(reply: FastifyReply, secure: boolean): void {
  reply.clearCookie(nameOf(secure), attributes(secure));
}

/** What ties a sign-in at a provider to this browser. It comes along when the provider's page sends the browser back. */
export function browserOf(request: FastifyRequest, secure: boolean): string | undefined {
  return request.cookies[nameOf(secure, "sign-in")];
}

export function setBrowser(reply: FastifyReply, browser: string, secure: boolean): void {
  const kept = { ...attributes(secure), sameSite: "lax", maxAge: ATTEMPT_TTL_MS / 1_000 } as const;
  reply.setCookie(nameOf(secure, "sign-in"), browser, kept);
}
