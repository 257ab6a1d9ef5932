import { BrokenPromise } from "../../core/errors.ts";
import { decodeGoldenRows, type GoldenRows } from "../../core/golden-rows.ts";
import type { Release } from "../../core/release.ts";
import { type ReleaseRules, readReleaseRules } from "../../core/release-rules.ts";
import { releaseOf } from "../../db/releases.ts";
import type { LiveRelease } from "../../db/views/live.ts";
import { assertGoldenRows } from "../../scoring/golden-rows.ts";
import { listRecommender, MOST_POPULAR } from "../../scoring/popularity-list.ts";
import type { Recommendation, Recommender } from "../../scoring/recommender.ts";
import { GuardedModel } from "./scorer/guarded-model.ts";
import type { Loaded, ServedModel } from "./served-version.ts";

/** Nobody waits for a whole popularity list, or for golden rows, so they may take their time. */
const PATIENT_MS = 10_000;
/** Golden rows that a server asks; the worker asked all before the flip, and a server is to be fast. */
const MOST_GOLDEN_ROWS = 50;

/** How a version's parts are got. */
export interface Loading {
  /** A model by its digest, from bytes that were checked against it, once it has answered. */
  open(digest: string, deadlineMs?: number): Promise<Recommender>;
  /** An artifact's bytes, checked against its digest. */
  bytesOf(digest: string): Promise<Uint8Array>;
  /** The popularity list that was made of the fallback with this digest before; undefined when none was. */
  findList(fallbackDigest: string): readonly Recommendation[] | undefined;
  /** The lists of a materialised version, once their table has answered. */
  openLists(tableName: string): Promise<ServedModel>;
}

/**
 * Loads a live release, its model (or what was written with it) and its popularity list; each has answered then,
 * and the model its golden rows as when it was trained.
 * @throws {BrokenPromise} bytes changed, or aren't a recommender @throws {NotFound} an artifact isn't in the store
 */
export async function loadVersion(loading: Loading, live: LiveRelease): Promise<Loaded> {
  const only = await loadFallback(loading, live);
  if (live.listsTable !== null) return { ...only, recommender: await loading.openLists(live.listsTable) };
  const isOnlyList = only.artifactDigest === only.fallbackDigest;
  const recommender = isOnlyList ? listRecommender(only.popular) : await loading.open(only.artifactDigest);
  try {
    await checkGoldenRows(loading, only, isOnlyList ? recommender : undefined);
  } catch (error) {
    await recommender.close();
    throw error;
  }
  return { ...only, recommender: new GuardedModel(recommender) };
}

/**
 * Looks at a release as loadVersion does, and keeps nothing of it.
 * @throws {BrokenPromise} bytes changed, it is no recommender, or answers otherwise @throws {NotFound} it isn't in the store
 */
export async function checkRelease(
  loading: Pick<Loading, "open" | "bytesOf">,
  release: Release,
): Promise<void> {
  await loadRules(loading, release.rulesDigest);
  await popularityOf(loading, release.fallbackDigest);
  await checkGoldenRows(loading, release);
}

/**
 * Asks a release's model its golden rows, if it has any. Others are answered in between, so a row may wait for its turn: the
 * deadline of people's answers is not for it.
 * @param list asked in place of the model, where that is nothing but its list
 * @throws {BrokenPromise} bytes changed, or it answers otherwise than when it was trained
 */
async function checkGoldenRows(
  loading: Pick<Loading, "open" | "bytesOf">,
  { artifactDigest, goldenDigest }: { artifactDigest: string; goldenDigest?: string | undefined },
  list?: Recommender,
): Promise<void> {
  if (goldenDigest === undefined) return;
  const rows = thinned(decodeGoldenRows(await loading.bytesOf(goldenDigest)));
  const model = list ?? (await loading.open(artifactDigest, PATIENT_MS));
  try {
    await assertGoldenRows(model, rows, `artifact ${artifactDigest}`);
  } finally {
    await model.close();
  }
}

/**
 * The release without its model: what answers when that cannot be loaded.
 * @throws {BrokenPromise} the release isn't the one that was signed, so its fallback isn't either
 */
export async function loadFallback(
  loading: Loading,
  live: LiveRelease,
): Promise<Loaded & { artifactDigest: string }> {
  const { artifactDigest, fallbackDigest, goldenDigest, rulesDigest } = releaseOf(
    live.releaseDigest,
    live.release,
  );
  const rules = await loadRules(loading, rulesDigest);
  const popular = loading.findList(fallbackDigest) ?? (await popularityOf(loading, fallbackDigest));
  const { version, fence, asOf } = live;
  const parts = { artifactDigest, fallbackDigest, goldenDigest, rulesDigest, rules, popular };
  return { version, fence, asOf, recommender: undefined, ...parts };
}

/** Nothing is served without the rules that were signed with it. @throws {NotFound | BrokenPromise} */
export async function loadRules(
  loading: Pick<Loading, "bytesOf">,
  digest: string | undefined,
): Promise<ReleaseRules | undefined> {
  return digest === undefined ? undefined : readReleaseRules(await loading.bytesOf(digest));
}

/** At most so many, evenly over the rows. */
function thinned({ k, cases }: GoldenRows): GoldenRows {
  const step = Math.ceil(cases.length / MOST_GOLDEN_ROWS);
  return { k, cases: cases.filter((_, at) => at % step === 0) };
}

async function popularityOf(loading: Pick<Loading, "open">, digest: string): Promise<Recommendation[]> {
  const recommender = await loading.open(digest, PATIENT_MS);
  try {
    const popular = await recommender.recommend([], MOST_POPULAR);
    if (popular.length === 0)
      throw new BrokenPromise(`artifact ${digest}: its popularity list is empty; train it again`);
    return popular;
  } finally {
    await recommender.close();
  }
}
