import { poolFor } from "../core/arrange.ts";
import { rulesAt } from "../core/editorial-rules.ts";
import { listRules, readReleaseRules } from "../core/release-rules.ts";
import type { Recommendation } from "../core/shelf-count.ts";
import { loadRecommender, type Recommender } from "../scoring/recommender.ts";
import { byRules, type Served, unfilled } from "../scoring/served-shelf.ts";
import type { ActivityContext } from "./context.ts";

/** Digests of a model and of the popularity list that stands in for it. */
export interface ServedPair {
  artifactDigest: string;
  fallbackDigest: string;
  /** Of its release's editorial rules; left out where it has none. */
  rulesDigest?: string;
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

/**
 * Opens the models for `work`, no file twice, and frees them afterwards.
 * @param asOf the moment at which their editorial rules are looked at
 */
export async function withModels<T>(
  { artifacts }: Pick<ActivityContext, "artifacts">,
  models: QaModels,
  asOf: Date,
  work: (open: OpenModels) => Promise<T>,
): Promise<T> {
  const opened = new Map<string, Recommender>();
  const open = async (digest: string) => {
    const recommender = opened.get(digest) ?? (await loadRecommender(await artifacts.get(digest)));
    opened.set(digest, recommender);
    return recommender;
  };
  const openPair = async ({ artifactDigest, fallbackDigest, rulesDigest }: ServedPair) => ({
    model: await open(artifactDigest),
    fallback: await open(fallbackDigest),
    rules: rulesDigest === undefined ? undefined : rulesOn(asOf, await artifacts.get(rulesDigest)),
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
  const pools = [candidate, ...(champion ? [champion] : [])].map(({ rules }) => rules && poolFor(rules, k));
  const pool = Math.max(k, ...pools.map((size) => size ?? 0));
  const ask = (model: Recommender) => {
    const answer = answers.get(model) ?? model.recommend(history, pool);
    answers.set(model, answer);
    return answer;
  };
  /** As scoring/served-shelf.ts. */
  const serve = async (served: Served) => {
    const { model, fallback } = served;
    const own = history.length === 0 ? [] : await ask(model);
    if (own.length > 0) return { shelf: await ruled(served, own), isOwn: true };
    return { shelf: await ruled(served, await ask(fallback)), isOwn: model === fallback };
  };
  const ruled = async (served: Served, answer: readonly Recommendation[]) =>
    served.rules ? unfilled(await byRules(served, answer, history, k)) : answer.slice(0, k);
  // Side by side they take fewer turns of the event loop; ONNX Runtime works on this thread either way.
  const [baseline, proposed, live] = await Promise.all([
    ask(candidate.fallback).then((list) => ruled(candidate, list)),
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

/** What a release's rules say at a moment, in its default country. */
function rulesOn(asOf: Date, bytes: Uint8Array) {
  return listRules(rulesAt([], 0), readReleaseRules(bytes), { now: asOf.getTime(), country: undefined });
}
