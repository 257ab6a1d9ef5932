import { type VersionAnswer, versionAnswerSchema, versionQuerySchema } from "../../core/api.ts";
import { rulesAt } from "../../core/editorial-rules.ts";
import { NotFound } from "../../core/errors.ts";
import type { Release } from "../../core/release.ts";
import { type ListRules, listRules, readReleaseRules } from "../../core/release-rules.ts";
import * as editorial from "../../db/editorial-rules.ts";
import { findHistory, findServingTables } from "../../db/interactions.ts";
import { resolveVersion } from "../../db/version-aliases.ts";
import { getVersion } from "../../db/versions.ts";
import type { Recommender } from "../../scoring/recommender.ts";
import { shownShelf } from "../../scoring/served-shelf.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { OpenModels } from "../preview/open-models.ts";
import { versionPath } from "./parameters.ts";

/** Somebody tries a version out; a program that serves people asks for what is live. */
const LOOKS = { max: 60, timeWindow: "1 minute" };

/** One person's list by a version that need not be live, as the server would give it. Nothing is recorded as shown. */
export function addVersionAnswerRoute(app: HttpServer, context: ServerContext): void {
  const { db } = context.database;
  const models = new OpenModels(context.artifacts);
  app.addHook("onClose", () => models.close());
  app.get(
    "/api/models/:model/versions/:version/recommendations",
    {
      config: {
        ability: "look",
        answer: versionAnswerSchema,
        rateLimit: { ...LOOKS, keyGenerator: ({ actor, ip }) => actor?.personId ?? ip },
      },
      schema: { params: versionPath, querystring: versionQuerySchema },
    },
    async (request, reply): Promise<VersionAnswer> => {
      reply.header("cache-control", "no-store"); // somebody's taste
      const { model } = request.params;
      const { user, k, country } = request.query;
      const version = await resolveVersion(db, model, request.params.version);
      const { release } = await getVersion(db, model, version);
      const history = await findHistory(db, await findInteractions(context, model), user);
      const rules = await rulesFor(context, release, country);
      const shelf = await models.use([release.artifactDigest, release.fallbackDigest], (opened) => {
        const [own, fallback] = opened as [Recommender, Recommender];
        return shownShelf({ model: own, fallback, rules }, history, k);
      });
      return {
        ...{ model, version, user, fallback: shelf.byPopularity },
        ...(shelf.unmet.length > 0 && { rulesUnmet: shelf.unmet }),
        items: shelf.items.map(({ itemId, score, rule, isFilled }, at) => ({
          ...{ id: itemId, score, rank: at + 1 },
          ...(rule && { rule: rule.kind }),
          ...(isFilled && { filled: true as const }),
        })),
      };
    },
  );
}

/** Where people's histories are now, as for what is live. @throws {NotFound} no run has built them */
async function findInteractions({ database: { db } }: ServerContext, model: string): Promise<string> {
  const tables = await findServingTables(db, model);
  if (tables?.interactions) return tables.interactions;
  throw new NotFound(`model "${model}": no run of today has built its interactions yet; start one first`);
}

/** What editors say now over what the release says. @throws {NotFound | BrokenPromise} its rules are lost, or changed */
async function rulesFor(
  { database: { db }, artifacts }: ServerContext,
  { model, rulesDigest }: Release,
  country: string | undefined,
): Promise<ListRules> {
  const now = Date.now();
  const own = rulesDigest === undefined ? undefined : readReleaseRules(await artifacts.get(rulesDigest));
  return listRules(rulesAt(await editorial.listRules(db, model), now), own, { now, country });
}
