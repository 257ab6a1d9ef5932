import type { Recommendation } from "../core/shelf-count.ts";
import { loadRecommender, type Recommender } from "../scoring/recommender.ts";
import type { Served } from "../scoring/served-shelf.ts";
import type { ActivityContext } from "./context.ts";

/** Digests of a model and of the popularity list that stands in for it. */
export interface ServedPair {
  artifactDigest: string;
  fallbackDigest: string;
}

export interface QaModels {
  candidate: ServedPair;
  /** Null when nothing was live, or it wasn't judged. */
  champion: ServedPair | null;
}

export interface OpenModels {
  candidate: Served;
  champion: Served | undefined;
}

/** What one history is shown. */
export interface Shelves {
  candidate: readonly Recommendation[];
  champion: readonly Recommendation[] | undefined;
  /** The popularity list of the release. */
  baseline: readonly Recommendation[];
  /** Whether the models themselves answered, and not their popularity lists. */
  isOwn: { candidate: boolean; champion: boolean };
}

/** Opens the models for `work`, no file twice, and frees them afterwards. */
export async function withModels<T>(
  { artifacts }: Pick<ActivityContext, "artifacts">,
  models: QaModels,
  work: (open: OpenModels) => Promise<T>,
): Promise<T> {
  const opened = new Map<string, Recommender>();
  const open = async (digest: string) => {
    const recommender = opened.get(digest) ?? (await loadRecommender(await artifacts.get(digest)));
    opened.set(digest, recommender);
    return recommender;
  };
  const openPair = async ({ artifactDigest, fallbackDigest }: ServedPair) => ({
    model: await open(artifactDigest),
    fallback: await open(fallbackDigest),
  });
  try {
    return await work({
      candidate: await openPair(models.candidate),
      champion: models.champion ? await openPair(models.champion) : undefined,
    });
  } finally {
    await Promise.all(Array.from(opened.values(), (recommender) => recommender.close()));
  }
}

/** All shelves of one history, `k` places each, as they would be served; no model is asked twice for it. */
export async function askForShelves(
  { candidate, champion }: OpenModels,
  history: readonly string[],
  k: number,
): Promise<Shelves> {
  const answers = new Map<Recommender, Promise<readonly Recommendation[]>>();
  const ask = (model: Recommender) => {
    const answer = answers.get(model) ?? model.recommend(history, k);
    answers.set(model, answer);
    return answer;
  };
  /** As scoring/served-shelf.ts. */
  const serve = async ({ model, fallback }: Served) => {
    const own = history.length === 0 ? [] : await ask(model);
    if (own.length > 0) return { shelf: own, isOwn: true };
    return { shelf: await ask(fallback), isOwn: model === fallback };
  };
  // Side by side they take fewer turns of the event loop; ONNX Runtime works on this thread either way.
  const [baseline, proposed, live] = await Promise.all([
    ask(candidate.fallback),
    serve(candidate),
    champion && serve(champion),
  ]);
  return {
    candidate: proposed.shelf,
    champion: live?.shelf,
    baseline,
    isOwn: { candidate: proposed.isOwn, champion: live?.isOwn ?? false },
  };
}
