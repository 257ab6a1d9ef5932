import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { signInProviderSchema } from "../../core/api.ts";
import { Conflict, NotAllowed, NotFound } from "../../core/errors.ts";
import { beginSignIn, endSignIn, secretsOf, signInByProvider } from "../../operations/external-sign-in.ts";
import { endSession } from "../../operations/sessions.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { emailOf, nameOf, rolesOf } from "../oidc/claims.ts";
import type { OidcProvider } from "../oidc/provider.ts";
import { ProviderRefusal, RefusedAnswer, UnreachableProvider } from "../oidc/refusals.ts";
import { browserOf, sessionOf, setBrowser, setSession } from "../session-cookie.ts";
import { type SignInPage, sendPage } from "../sign-in-page.ts";

/** Each asks the provider, too. */
const SIGN_INS = { max: 30, timeWindow: "1 minute" };

const beginQuery = z.strictObject({ to: z.string().max(2_000).optional() });
/** Whatever else the provider sends is for its own library to check. */
const answerQuery = z.looseObject({ state: z.string().max(200).optional() });

export function addSignInRoutes(app: HttpServer, context: ServerContext): void {
  const { operations, serverUrl, oidc } = context;
  const secure = serverUrl.startsWith("https:");
  const { host } = new URL(serverUrl);

  app.get(
    "/api/sign-in/provider",
    { config: { ability: "public", answer: signInProviderSchema } },
    async () => ({ name: oidc?.settings.name ?? null }),
  );
  app.get(
    "/api/sign-in",
    { config: { ability: "public", rateLimit: SIGN_INS }, schema: { querystring: beginQuery } },
    async (request, reply) => {
      const target = targetOf(request.query.to, serverUrl);
      // The provider sends people to one address of Holt's, and only there is the cookie that is set here.
      if (request.headers.host !== host)
        return reply.redirect(`${serverUrl}/api/sign-in?to=${encodeURIComponent(target)}`, 303);
      return orPage(request, reply, target, async () => {
        const provider = required(oidc);
        const attempt = await beginSignIn(operations, { browser: browserOf(request, secure), target });
        const url = await provider.authorizationUrl({ ...attempt, ...secretsOf(attempt) });
        setBrowser(reply, attempt.browser, secure);
        return reply.redirect(url.href, 303);
      });
    },
  );
  app.get(
    "/api/sign-in/callback",
    { config: { ability: "public", rateLimit: SIGN_INS }, schema: { querystring: answerQuery } },
    async (request, reply) => {
      const provider = required(oidc);
      const { state = "" } = request.query;
      const browser = browserOf(request, secure) ?? "";
      const target = await endSignIn(operations, { state, browser });
      if (target === undefined) return sendPage(reply, STALE);
      return orPage(request, reply, target, async () => {
        const query = request.url.slice(request.url.indexOf("?") + 1);
        const claims = await provider.claimsOf(query, { state, ...secretsOf({ state, browser }) });
        const name = nameOf(claims);
        const opened = await signInByProvider(operations, {
          ...{ issuer: String(claims["iss"]), subject: String(claims["sub"]) },
          ...{ name, email: emailOf(claims), ...rolesOf(claims, provider.settings.roles) },
        });
        if (!opened) return sendPage(reply, noRole(provider, name, target));
        // What this browser had before would go on beside the new session, unseen.
        const before = sessionOf(request, secure);
        if (before !== undefined) await endSession(operations, before);
        setSession(reply, opened.session, secure);
        // Another site sent the browser here, so it would keep the session's cookie back if it were sent on at once.
        return sendPage(reply, landing(target));
      });
    },
  );
}

/** What cannot be done becomes a page that says so; the log has the rest. */
async function orPage(
  request: FastifyRequest,
  reply: FastifyReply,
  target: string,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    const page = pageOf(error, target);
    if (!page) throw error;
    request.log.warn({ err: error }, "a sign-in by the provider failed");
    return sendPage(reply, page);
  }
}

const again = (target: string) => [`/api/sign-in?to=${encodeURIComponent(target)}`, "Sign in again"] as const;

function pageOf(error: unknown, target: string): SignInPage | undefined {
  if (error instanceof UnreachableProvider)
    return {
      status: 503,
      title: "The sign-in provider does not answer",
      paragraphs: [
        "Nobody can be signed in by it just now. Try again in a minute, or sign in with a token of Holt.",
      ],
      link: ["/", "Sign in with a token"],
    };
  if (error instanceof ProviderRefusal)
    return {
      status: 403,
      title: "The sign-in provider let nobody in",
      paragraphs: [`It says: ${error.message}`],
      link: again(target),
    };
  if (error instanceof RefusedAnswer)
    return {
      status: 403,
      title: "The sign-in was refused",
      paragraphs: [
        "The provider's answer did not fit what Holt asked for. Holt's log says why. Nobody was signed in.",
      ],
      link: again(target),
    };
  if (error instanceof NotAllowed || error instanceof Conflict)
    return {
      status: 403,
      title: "Holt cannot sign you in",
      paragraphs: [error.message],
      link: again(target),
    };
  return undefined;
}

const STALE: SignInPage = {
  status: 400,
  title: "This sign-in is over",
  paragraphs: [
    "It was used already, is older than ten minutes, or began in another browser. Nobody was signed in.",
  ],
  link: ["/api/sign-in", "Sign in again"],
};

function landing(target: string): SignInPage {
  return { status: 200, title: "You are signed in", paragraphs: [], link: [target, "Go on"], goesOn: true };
}

function noRole({ settings }: OidcProvider, name: string, target: string): SignInPage {
  const { claim, values } = settings.roles;
  return {
    status: 403,
    title: "You have no role in Holt",
    paragraphs: [
      `${settings.name} knows you as "${name}", but nothing that it says of you gives you a role here.`,
      `Ask whoever looks after ${settings.name} to add you to one of: ${Object.keys(values).join(", ") || "(none is set)"} (claim "${claim}"). Or ask an administrator of Holt to give your group a role.`,
    ],
    link: again(target),
  };
}

/** A page of Holt's own: nobody is sent elsewhere by a link that begins here. */
function targetOf(written: string | undefined, serverUrl: string): string {
  const url = written?.startsWith("/") ? URL.parse(written, serverUrl) : null;
  if (!url || url.origin !== new URL(serverUrl).origin) return "/";
  // "/.//elsewhere" is a path here, and "//elsewhere", which it becomes, another host
  if (url.pathname.startsWith("//") || url.pathname.startsWith("/api/")) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}

function required(oidc: OidcProvider | undefined): OidcProvider {
  if (oidc) return oidc;
  throw new NotFound(
    'sign-in: no provider is set (HOLT_OIDC_ISSUER); sign in with a token, or a link of "holt sign-in"',
  );
}
