import { availableParallelism } from "node:os";
import { decodeGoldenRows } from "../core/golden-rows.ts";
import type { Release } from "../core/release.ts";
import type { VersionLatency } from "../core/version-latency.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { assertGoldenRows, timeGoldenRows } from "./golden-rows.ts";
import { loadRecommender } from "./recommender.ts";

/** Where files are, each checked against its digest as it is read. */
type Artifacts = Pick<ArtifactStore, "get">;

/** Each row is asked so often for the times; it was answered once before, so nothing is cold. */
const TIMES = 2;

/**
 * Loads a release's model and asks it its golden rows, if it has any.
 * @throws {BrokenPromise} a file changed, is no recommender, or answers otherwise @throws {NotFound} it is not in the store
 */
export async function checkGoldenRows(artifacts: Artifacts, release: Release, place: string): Promise<void> {
  if (release.goldenDigest !== undefined) await checkAndTime(artifacts, release, place, 0);
}

/** The same, and how long answers take here; undefined without golden rows, when the model is only loaded. */
export function checkAndTimeGoldenRows(
  artifacts: Artifacts,
  release: Release,
  place: string,
): Promise<VersionLatency | undefined> {
  return checkAndTime(artifacts, release, place, TIMES);
}

async function checkAndTime(
  artifacts: Artifacts,
  { artifactDigest, goldenDigest }: Release,
  place: string,
  times: number,
): Promise<VersionLatency | undefined> {
  const model = await loadRecommender(await artifacts.get(artifactDigest));
  try {
    if (goldenDigest === undefined) return undefined;
    const rows = decodeGoldenRows(await artifacts.get(goldenDigest));
    await assertGoldenRows(model, rows, place);
    if (times === 0) return undefined;
    const took = (await timeGoldenRows(model, rows, times)).sort((one, other) => one - other);
    const quantile = (share: number) => took[Math.ceil(share * took.length) - 1] as number;
    return {
      answers: took.length,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      cores: availableParallelism(),
    };
  } finally {
    await model.close();
  }
}
