import { type ReleaseRules, readReleaseRules } from "../../core/release-rules.ts";
import { releaseOf } from "../../db/releases.ts";
import type { LiveRelease } from "../../db/views/live.ts";
import type { Recommendation, Recommender } from "../../scoring/recommender.ts";
import { listRecommender, MOST_POPULAR } from "./popularity-list.ts";
import { GuardedModel } from "./scorer/guarded-model.ts";
import type { Loaded, ServedModel } from "./served-version.ts";

/** Nobody waits for a whole popularity list, so it may take its time. */
const LIST_WITHIN_MS = 10_000;

/** How a version's parts are got. */
export interface Loading {
  /** A model by its digest, from bytes that were checked against it, once it has answered. */
  open(digest: string, deadlineMs?: number): Promise<Recommender>;
  /** The popularity list that was made of the fallback with this digest before; undefined when none was. */
  findList(fallbackDigest: string): readonly Recommendation[] | undefined;
  /** Bytes that were checked against their digest. */
  bytesOf(digest: string): Promise<Uint8Array>;
  /** The lists of a materialised version, once their table has answered. */
  openLists(tableName: string): Promise<ServedModel>;
}

/**
 * Loads a live release, its model (or what was written with it) and its popularity list; each has answered then.
 * @throws {BrokenPromise} bytes changed, or aren't a recommender @throws {NotFound} an artifact isn't in the store
 */
export async function loadVersion(loading: Loading, live: LiveRelease): Promise<Loaded> {
  const only = await loadFallback(loading, live);
  if (live.listsTable !== null) return { ...only, recommender: await loading.openLists(live.listsTable) };
  const isOnlyList = only.artifactDigest === only.fallbackDigest;
  const recommender = isOnlyList ? listRecommender(only.popular) : await loading.open(only.artifactDigest);
  return { ...only, recommender: new GuardedModel(recommender) };
}

/**
 * The release without its model: what answers when that cannot be loaded.
 * @throws {BrokenPromise} the release isn't the one that was signed, so its fallback isn't either
 */
export async function loadFallback(
  loading: Loading,
  live: LiveRelease,
): Promise<Loaded & { artifactDigest: string }> {
  const { artifactDigest, fallbackDigest, rulesDigest } = releaseOf(live.releaseDigest, live.release);
  const rules = await loadRules(loading, rulesDigest);
  const popular = loading.findList(fallbackDigest) ?? (await popularityOf(loading, fallbackDigest));
  const { version, fence, asOf } = live;
  const parts = { artifactDigest, fallbackDigest, rulesDigest, rules, popular };
  return { version, fence, asOf, recommender: undefined, ...parts };
}

/** Nothing is served without the rules that were signed with it. @throws {NotFound | BrokenPromise} */
export async function loadRules(
  loading: Pick<Loading, "bytesOf">,
  digest: string | undefined,
): Promise<ReleaseRules | undefined> {
  return digest === undefined ? undefined : readReleaseRules(await loading.bytesOf(digest));
}

async function popularityOf(loading: Loading, digest: string): Promise<Recommendation[]> {
  const recommender = await loading.open(digest, LIST_WITHIN_MS);
  try {
    return await recommender.recommend([], MOST_POPULAR);
  } finally {
    await recommender.close();
  }
}
