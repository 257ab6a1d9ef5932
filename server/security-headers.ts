import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import fastify, { type FastifyInstance } from "fastify";

/** Of answers to programs: what a browser might still make of them. The others say what a page may do. */
const FOR_PROGRAMS = ["x-content-type-options", "cross-origin-resource-policy", "strict-transport-security"];

interface Settings {
  /** People come by https. */
  secure: boolean;
  /** Where pictures may come from beside the server's own origin. */
  pictureOrigins: readonly string[];
}

export interface SecurityHeaders {
  all: Readonly<Record<string, string>>;
  forPrograms: Readonly<Record<string, string>>;
}

/**
 * The headers by which a browser keeps pages and answers from harm. They are always the same, so Helmet says them once:
 * working them out for each answer would take a third of its time.
 */
export async function securityHeaders(settings: Settings): Promise<SecurityHeaders> {
  const all = await helmetHeaders(settings);
  const few = Object.entries(all).filter(([name]) => FOR_PROGRAMS.includes(name));
  return { all, forPrograms: Object.fromEntries(few) };
}

/** Puts them on each answer. */
export function addSecurityHeaders(app: FastifyInstance, { all, forPrograms }: SecurityHeaders): void {
  app.addHook("onRequest", (request, reply, next) => {
    const { ability } = request.routeOptions.config;
    reply.headers(ability === "recommend" || ability === "report" ? forPrograms : all);
    next();
  });
}

/** What Helmet adds to an answer without any header. */
async function helmetHeaders(settings: Settings): Promise<Record<string, string>> {
  const bare = fastify();
  await bare.register(helmet, optionsOf(settings));
  bare.get("/", (_request, reply) => {
    reply.hijack();
    reply.raw.end();
  });
  const { headers } = await bare.inject("/");
  await bare.close();
  const own = ["connection", "date", "transfer-encoding", "content-length"];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)]])),
  );
}

/**
 * The pages' own files and nothing else: no inline script or style, no other site's frame around them; pictures also
 * from the origins that the operator names.
 */
function optionsOf({ secure, pictureOrigins }: Settings): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:", ...pictureOrigins],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
  };
}
