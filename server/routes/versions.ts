import { z } from "zod";
import { aliasSchema, endAliasQuerySchema, newAliasSchema, versionSchema } from "../../core/api.ts";
import { versionDetailSchema } from "../../core/version-detail.ts";
import { listVersionSummaries } from "../../db/views/versions.ts";
import { removeAlias, setAlias } from "../../operations/aliases.ts";
import { describeVersion } from "../../operations/describe-version.ts";
import { actorOf } from "../authorization.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { aliasPath, modelPath, versionPath } from "./parameters.ts";

export function addVersionRoutes(app: HttpServer, { database, artifacts, operations }: ServerContext): void {
  app.get(
    "/api/models/:model/versions",
    { config: { ability: "look", answer: z.array(versionSchema) }, schema: { params: modelPath } },
    (request) => listVersionSummaries(database.db, request.params.model),
  );
  app.get(
    "/api/models/:model/versions/:version",
    { config: { ability: "look", answer: versionDetailSchema }, schema: { params: versionPath } },
    ({ params }) => describeVersion({ database, artifacts }, params.model, params.version),
  );
  app.put(
    "/api/models/:model/aliases/:name",
    {
      config: { ability: "rollback", answer: aliasSchema },
      schema: { params: aliasPath, body: newAliasSchema },
    },
    async (request) => {
      const { name, model } = request.params;
      await setAlias(operations, actorOf(request), { model, name, ...request.body });
      return { name, version: request.body.version };
    },
  );
  app.delete(
    "/api/models/:model/aliases/:name",
    { config: { ability: "rollback" }, schema: { params: aliasPath, querystring: endAliasQuerySchema } },
    async (request, reply) => {
      await removeAlias(operations, actorOf(request), { ...request.params, ...request.query });
      return reply.code(204).send();
    },
  );
}
