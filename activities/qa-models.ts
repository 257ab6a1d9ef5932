import type { CHAMPION } from "../core/baseline.ts";
import type { Recommendation } from "../core/shelf-count.ts";
import { loadRecommender, type Recommender } from "../scoring/recommender.ts";
import type { ActivityContext } from "./context.ts";

/** A model with the popularity list that stands in for it. */
export interface ServedPair {
  artifactDigest: string;
  fallbackDigest: string;
}

export interface QaModels {
  candidate: ServedPair;
  /** Null when nothing was live, or it wasn't judged. */
  champion: ServedPair | null;
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

/** Shelves as they would be served; no file is loaded, and none asked for one history, twice. */
export class OpenModels {
  readonly #models: QaModels;
  readonly #recommenders: ReadonlyMap<string, Recommender>;

  private constructor(models: QaModels, recommenders: ReadonlyMap<string, Recommender>) {
    this.#models = models;
    this.#recommenders = recommenders;
  }

  /** Opens all of them for `work`, and frees them afterwards. */
  static async with<T>(
    { artifacts }: Pick<ActivityContext, "artifacts">,
    models: QaModels,
    work: (open: OpenModels) => Promise<T>,
  ): Promise<T> {
    const digests = [models.candidate, models.champion].flatMap((pair) =>
      pair ? [pair.artifactDigest, pair.fallbackDigest] : [],
    );
    const recommenders = new Map<string, Recommender>();
    try {
      for (const digest of new Set(digests))
        recommenders.set(digest, await loadRecommender(await artifacts.get(digest)));
      return await work(new OpenModels(models, recommenders));
    } finally {
      await Promise.all(Array.from(recommenders.values(), (recommender) => recommender.close()));
    }
  }

  get hasChampion(): boolean {
    return this.#models.champion !== null;
  }

  /** All shelves of one history, `k` places each. */
  async shelves(history: readonly string[], k: number): Promise<Shelves> {
    const { candidate, champion } = this.#models;
    const answers = new Map<string, readonly Recommendation[]>();
    const baseline = await this.#ask(candidate.fallbackDigest, history, k, answers);
    const own = await this.#serve(candidate, history, k, answers);
    const live = champion && (await this.#serve(champion, history, k, answers));
    return {
      candidate: own.shelf,
      champion: live?.shelf,
      baseline,
      isOwn: { candidate: own.isOwn, champion: live?.isOwn ?? false },
    };
  }

  /** One of them alone, as it would be served. @throws {TypeError} there is no champion */
  async shelf(
    of: "candidate" | typeof CHAMPION,
    history: readonly string[],
    k: number,
  ): Promise<readonly Recommendation[]> {
    const pair = this.#models[of];
    if (!pair) throw new TypeError("models: nothing is live, so there is no champion to ask");
    return (await this.#serve(pair, history, k, new Map())).shelf;
  }

  /** As serving does: the popularity list where there is no history, or nothing in it that the model knows. */
  async #serve(
    { artifactDigest, fallbackDigest }: ServedPair,
    history: readonly string[],
    k: number,
    answers: Map<string, readonly Recommendation[]>,
  ): Promise<{ shelf: readonly Recommendation[]; isOwn: boolean }> {
    const own = history.length === 0 ? [] : await this.#ask(artifactDigest, history, k, answers);
    if (own.length > 0) return { shelf: own, isOwn: true };
    return {
      shelf: await this.#ask(fallbackDigest, history, k, answers),
      isOwn: artifactDigest === fallbackDigest,
    };
  }

  async #ask(
    digest: string,
    history: readonly string[],
    k: number,
    answers: Map<string, readonly Recommendation[]>,
  ): Promise<readonly Recommendation[]> {
    const known = answers.get(digest);
    if (known) return known;
    const recommender = this.#recommenders.get(digest) as Recommender;
    const answer = await recommender.recommend(history, k);
    answers.set(digest, answer);
    return answer;
  }
}
