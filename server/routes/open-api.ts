import holt from "../../package.json" with { type: "json" };
import { digestOf } from "../../store/digest.ts";
import { isKnownAs } from "../etag.ts";
import type { HttpServer } from "../http-server.ts";
import { type DescribedRoute, describedRoutes, openApiDocument } from "../open-api.ts";

/** Call it before the first route: it describes those that come after. */
export function addOpenApiRoute(app: HttpServer): void {
  const routes: DescribedRoute[] = [];
  let made: { document: object; tag: string } | undefined;
  app.addHook("onRoute", (route) => {
    routes.push(...describedRoutes(route));
  });
  app.get("/api/openapi.json", { config: { ability: "signed-in" } }, async (request, reply) => {
    made ??= make(routes);
    return isKnownAs(request, reply, made.tag) ? reply.code(304).send() : made.document;
  });
}

function make(routes: readonly DescribedRoute[]): { document: object; tag: string } {
  const document = openApiDocument(routes, holt.version);
  return { document, tag: `"${digestOf(JSON.parse(JSON.stringify(document)))}"` };
}
