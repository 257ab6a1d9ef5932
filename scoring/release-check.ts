/** Whether all that a release names is there, is what was signed, and answers: asked wherever a version comes in. */
import { availableParallelism } from "node:os";
import { BrokenPromise } from "../core/errors.ts";
import { decodeGoldenRows } from "../core/golden-rows.ts";
import type { Release } from "../core/release.ts";
import { readReleaseRules } from "../core/release-rules.ts";
import type { VersionLatency } from "../core/version-latency.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { assertGoldenRows, timeGoldenRows } from "./golden-rows.ts";
import { loadRecommender } from "./recommender.ts";

/** Where files are, each checked against its digest as it is read. */
type Artifacts = Pick<ArtifactStore, "get">;

/** Each row is asked so often for the times; it was answered once before, so nothing is cold. */
const TIMES = 2;
const BYTES_A_MEGABYTE = 1_000_000;

export interface CheckedRelease {
  release: Release;
  /** Which one, in words: `model "movies" version 4`. */
  place: string;
  /** As the definition says; not looked at when left out. */
  maxSizeMb?: number | undefined;
}

/**
 * Reads a release's rules, loads its popularity list, which must name something, and its model, and asks that its golden
 * rows, if it has any.
 * @throws {BrokenPromise} a file changed, is no recommender, too large, or answers otherwise @throws {NotFound} it is not in the store
 */
export async function checkRelease(artifacts: Artifacts, of: CheckedRelease): Promise<void> {
  await checkAndTime(artifacts, of, 0);
}

/** The same, and how long answers take here; undefined without golden rows. */
export function checkAndTimeRelease(
  artifacts: Artifacts,
  of: CheckedRelease,
): Promise<VersionLatency | undefined> {
  return checkAndTime(artifacts, of, TIMES);
}

async function checkAndTime(
  artifacts: Artifacts,
  { release, place, maxSizeMb = Number.POSITIVE_INFINITY }: CheckedRelease,
  times: number,
): Promise<VersionLatency | undefined> {
  const { artifactDigest, fallbackDigest, goldenDigest, rulesDigest } = release;
  if (rulesDigest !== undefined) readReleaseRules(await artifacts.get(rulesDigest));
  await assertNamesSomething(await artifacts.get(fallbackDigest), place);
  const bytes = await artifacts.get(artifactDigest);
  if (bytes.length > maxSizeMb * BYTES_A_MEGABYTE)
    throw new BrokenPromise(
      `${place}: its model has ${(bytes.length / BYTES_A_MEGABYTE).toFixed(1)} MB, more than maxSizeMb: ${maxSizeMb}; train a smaller one, or raise the limit and start a new run`,
    );
  const model = await loadRecommender(bytes);
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

/** Who has no history gets it. */
async function assertNamesSomething(bytes: Uint8Array, place: string): Promise<void> {
  const list = await loadRecommender(bytes);
  try {
    if ((await list.recommend([], 1)).length === 0)
      throw new BrokenPromise(`${place}: its popularity list is empty; train it again`);
  } finally {
    await list.close();
  }
}
