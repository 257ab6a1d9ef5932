import { releaseOf } from "../../db/releases.ts";
import type { LiveRelease } from "../../db/views/live.ts";
import { loadRecommender, type Recommender } from "../../scoring/recommender.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import type { Loaded } from "./served-version.ts";

/** The longest list that a request may ask for (core/api.ts). */
const MOST_POPULAR = 100;

/**
 * Loads a live release from bytes that are checked against their digests, and has each part answer once.
 * @throws {BrokenPromise} bytes changed, or aren't a recommender @throws {NotFound} an artifact isn't in the store
 */
export async function loadVersion(artifacts: ArtifactStore, live: LiveRelease): Promise<Loaded> {
  const only = await loadFallback(artifacts, live);
  if (live.release.artifactDigest === live.release.fallbackDigest)
    return { ...only, recommender: only.fallback };
  try {
    return { ...only, recommender: await open(artifacts, live.release.artifactDigest) };
  } catch (error) {
    await only.fallback.close();
    throw error;
  }
}

/**
 * The release without its model: what answers when that cannot be loaded.
 * @throws {BrokenPromise} the release isn't the one that was signed, so its fallback isn't either
 */
export async function loadFallback(artifacts: ArtifactStore, live: LiveRelease): Promise<Loaded> {
  const { fallbackDigest } = releaseOf(live.releaseDigest, live.release);
  const fallback = await open(artifacts, fallbackDigest);
  const popular = await fallback.recommend([], MOST_POPULAR);
  const { version, fence, asOf } = live;
  return { version, fence, asOf, recommender: undefined, fallback, popular };
}

async function open(artifacts: ArtifactStore, digest: string): Promise<Recommender> {
  const recommender = await loadRecommender(await artifacts.get(digest));
  await recommender.recommend([], 1);
  return recommender;
}
