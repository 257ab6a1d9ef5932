import type { QaSettings } from "../core/definition-qa.ts";
import type { Items } from "../core/qa-items.ts";
import type { Preview } from "../core/qa-report.ts";
import { type ModelsSideBySide, sideBySide } from "../scoring/side-by-side.ts";
import type { ActivityContext } from "./context.ts";
import { withRecommender } from "./shelves.ts";

/** Digests of the artifacts whose shelves stand side by side. */
export interface PreviewModels {
  candidate: string;
  baseline: string;
  /** Null when nothing was live, or it wasn't judged. */
  champion: string | null;
  /** The popularity list that is live with the champion; this run's when left out. */
  championFallback?: string | null;
}

export interface PreviewRequest {
  people: QaSettings["preview"];
  /** Of those among `people` who have one, oldest first. */
  histories: ReadonlyMap<string, readonly string[]>;
  items: Items;
  k: number;
  models: PreviewModels;
  signal?: AbortSignal;
}

/** The shelves of the people whom the definition names, in its order. */
export async function previewShelves(
  context: ActivityContext,
  { people, histories, items, k, models, signal }: PreviewRequest,
): Promise<Preview[]> {
  if (people.length === 0) return [];
  return withModels(context, models, async (opened) => {
    const previews: Preview[] = [];
    for (const person of people) {
      signal?.throwIfAborted();
      const { user, note } = typeof person === "string" ? { user: person, note: "" } : person;
      const history = histories.get(user) ?? [];
      previews.push(await sideBySide(opened, { user, note, history }, { items, k }));
    }
    return previews;
  });
}

/** Opens each artifact once, for `work`. */
function withModels<T>(
  context: ActivityContext,
  { candidate, baseline, champion, championFallback }: PreviewModels,
  work: (models: ModelsSideBySide) => Promise<T>,
): Promise<T> {
  return withRecommender(context, baseline, (popularity) =>
    withRecommender(context, candidate, (model) => {
      const own = { candidate: { model, fallback: popularity }, baseline: popularity };
      if (champion === null) return work({ ...own, champion: undefined });
      return withRecommender(context, champion, (live) =>
        withRecommender(context, championFallback ?? baseline, (fallback) =>
          work({ ...own, champion: { model: live, fallback } }),
        ),
      );
    }),
  );
}
