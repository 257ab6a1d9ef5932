import { livePreviewSchema, previewQuerySchema } from "../../core/api.ts";
import { rulesAt } from "../../core/editorial-rules.ts";
import type { Preview } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import { type ListRules, listRules, readReleaseRules } from "../../core/release-rules.ts";
import { findHistory } from "../../db/interactions.ts";
import { findShownItems } from "../../db/shown-items.ts";
import { getPreviewSubject, type PreviewSubject } from "../../db/views/preview.ts";
import type { Recommender } from "../../scoring/recommender.ts";
import { askSides, itemsOf, showSides } from "../../scoring/side-by-side.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { isAllowedPicture } from "../picture-origins.ts";
import { OpenModels } from "../preview/open-models.ts";
import { runPath } from "./parameters.ts";

/** A look at somebody asks each model up to 50 times; this is faster than anybody reads. */
const LOOKS = { max: 60, timeWindow: "1 minute" };

export function addPreviewRoute(app: HttpServer, context: ServerContext): void {
  const { db } = context.database;
  const models = new OpenModels(context.artifacts);
  app.addHook("onClose", () => models.close());
  app.get(
    "/api/runs/:runId/preview",
    {
      config: {
        ability: "look",
        answer: livePreviewSchema,
        rateLimit: { ...LOOKS, keyGenerator: ({ actor, ip }) => actor?.personId ?? ip },
      },
      schema: { params: runPath, querystring: previewQuerySchema },
    },
    async (request, reply): Promise<Preview> => {
      reply.header("cache-control", "no-store"); // somebody's history
      const { user } = request.query;
      const subject = await getPreviewSubject(db, request.params.runId);
      const history = await findHistory(db, subject.interactionsTable, user);
      const { k } = subject.definition.evaluation;
      const rules = {
        own: await rulesOf(context, subject.release),
        live: subject.champion ? await rulesOf(context, subject.champion) : undefined,
      };
      const asked = await withSides(models, subject, rules, (sides) =>
        askSides(sides, { user, note: noteOn(subject, user), history }, k),
      );
      const items = await findShownItems(
        db,
        subject.itemsTable,
        subject.definition.qa.display,
        itemsOf(asked),
      );
      return withPictures(showSides(asked, items), context.pictureOrigins);
    },
  );
}

function withSides<T>(
  models: OpenModels,
  { release, champion }: PreviewSubject,
  rules: { own: ListRules | undefined; live: ListRules | undefined },
  work: (sides: Parameters<typeof askSides>[0]) => Promise<T>,
): Promise<T> {
  const own = [release.artifactDigest, release.fallbackDigest];
  const live = champion ? [champion.artifactDigest, champion.fallbackDigest] : [];
  return models.use([...own, ...live], (opened) => {
    const [model, fallback, liveModel, liveFallback] = opened as [Recommender, Recommender, ...Recommender[]];
    return work({
      candidate: { model, fallback, rules: rules.own },
      baseline: { model: fallback, fallback, rules: rules.own },
      champion: liveModel && liveFallback && { model: liveModel, fallback: liveFallback, rules: rules.live },
    });
  });
}

/** What a release's editorial rules say now, in its default country. @throws {NotFound | BrokenPromise} */
async function rulesOf(
  { artifacts }: ServerContext,
  { rulesDigest }: Release,
): Promise<ListRules | undefined> {
  if (rulesDigest === undefined) return undefined;
  const rules = readReleaseRules(await artifacts.get(rulesDigest));
  return listRules(rulesAt([], 0), rules, { now: Date.now(), country: undefined });
}

/** What the definition says that this person stands for. */
function noteOn({ definition }: PreviewSubject, user: string): string {
  const named = definition.qa.preview.find((person) => typeof person !== "string" && person.user === user);
  return typeof named === "object" ? named.note : "";
}

/** Without pictures that the page's content security policy would not load anyway. */
function withPictures(preview: Preview, origins: readonly string[]): Preview {
  const shown = <T extends { picture: string | null }>(shelf: T[]) =>
    shelf.map((item) => ({
      ...item,
      picture: isAllowedPicture(item.picture, origins) ? item.picture : null,
    }));
  return {
    ...preview,
    candidate: shown(preview.candidate),
    baseline: shown(preview.baseline),
    champion: preview.champion && shown(preview.champion),
  };
}
