/** What goes with each item of a static version, written down before it goes live: no model is needed to write its file. */
import { z } from "zod";
import { definitionSchema } from "../core/definition.ts";
import { BrokenPromise } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { RawLists } from "../core/static-file.ts";
import { getDefinition } from "../db/definitions.ts";
import { addStaticLists, findStaticLists } from "../db/static-files.ts";
import { getVersion } from "../db/versions.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import type { ActivityContext } from "./context.ts";

/** Rules bring up items from among the best so many beyond a list's end, and hide some. */
const BEYOND_K = 100;
const PROGRESS_ITEMS = 1_000;

const artifactSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Item, what goes with it, and the score of each. */
  similar: z.array(z.tuple([z.string(), z.array(z.string()), z.array(z.number())])),
});

/**
 * Asks the version's model what goes with its most popular items, if its definition wants that in a file; items of which
 * the model knows nothing are left out. A second call changes nothing.
 * @param onProgress told how many items were asked
 * @throws {NotFound} @throws {BrokenPromise} the model's bytes changed, or it cannot answer
 */
export async function makeStaticLists(
  { database: { db }, artifacts }: Pick<ActivityContext, "database" | "artifacts">,
  of: { model: string; version: number },
  signal: AbortSignal,
  onProgress: (items: number) => Promise<void> | void,
): Promise<void> {
  const { release } = await getVersion(db, of.model, of.version);
  const { deployment } = definitionSchema.parse((await getDefinition(db, release.definitionDigest)).body);
  if (deployment?.kind !== "static" || deployment.similarItems === undefined) return;
  if (await findStaticLists(db, of)) return;
  const popular = await popularListOf(artifacts, release.fallbackDigest, deployment.similarItems);
  const model = await loadRecommender(await artifacts.get(release.artifactDigest));
  const similar: z.output<typeof artifactSchema>["similar"] = [];
  try {
    for (const [at, { itemId }] of popular.entries()) {
      signal.throwIfAborted();
      const list = await model.recommend([itemId], deployment.k + BEYOND_K);
      if (list.length > 0)
        similar.push([itemId, list.map((one) => one.itemId), list.map((one) => one.score)]);
      if ((at + 1) % PROGRESS_ITEMS === 0) await onProgress(at + 1);
    }
  } finally {
    await model.close();
  }
  const digest = await artifacts.put(new TextEncoder().encode(canonicalJson({ schemaVersion: 1, similar })));
  await addStaticLists(db, { ...of, digest, items: similar.length });
}

/** The lists as {@link makeStaticLists} left them. @throws {NotFound | BrokenPromise} they are not in the store, or changed */
export async function readStaticLists(
  artifacts: ActivityContext["artifacts"],
  digest: string,
): Promise<RawLists["similar"]> {
  const text = new TextDecoder().decode(await artifacts.get(digest));
  const read = artifactSchema.safeParse(JSON.parse(text));
  if (!read.success)
    throw new BrokenPromise(`artifact ${digest}: is no lists of items; approve a run of the model again`);
  return read.data.similar.map(([item, ids, scores]) => [
    item,
    ids.map((itemId, at) => ({ itemId, score: scores[at] ?? 0 })),
  ]);
}

/** A release's popularity list, best first. @throws {NotFound | BrokenPromise} */
export async function popularListOf(artifacts: ActivityContext["artifacts"], digest: string, most: number) {
  const model = await loadRecommender(await artifacts.get(digest));
  try {
    return await model.recommend([], most);
  } finally {
    await model.close();
  }
}
