import { definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { getDefinition } from "../db/definitions.ts";
import { addLists, dropOldLists, finishLists, openLists, type PersonList } from "../db/materialised.ts";
import { forEachHistory } from "../db/people-histories.ts";
import { findStepDetail } from "../db/steps.ts";
import { getVersion } from "../db/versions.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";

/** People whose lists are committed together: some hundred kilobytes, and what is done again after a crash. */
const COMMIT_PEOPLE = 500;

/**
 * Writes the list of everybody in the interactions of the run that made a version, if its definition has it materialised;
 * then drops tables of older versions. Goes on after the last person who is committed; a second call changes nothing.
 * @param onCommit told how many people have a list
 * @throws {NotFound} @throws {BrokenPromise} the model's bytes changed, or it cannot answer
 */
export async function writeLists(
  { database: { db }, artifacts }: ActivityContext,
  of: { model: string; version: number },
  signal: AbortSignal,
  onCommit: (people: number) => Promise<void> | void,
): Promise<void> {
  const { runId, release } = await getVersion(db, of.model, of.version);
  const { deployment, interactions } = definitionSchema.parse(
    (await getDefinition(db, release.definitionDigest)).body,
  );
  if (deployment?.kind !== "materialised") return;
  const { k } = deployment;
  const built = (await findStepDetail(db, { runId, step: `feature:${interactions}` })) as
    | FeatureDetail
    | undefined;
  if (!built)
    throw new NotFound(`run "${runId}": left no interactions to write lists for; start the run again`);
  let written = await openLists(db, of, k);
  if (written.finished_at !== null) return;
  const recommender = await loadRecommender(await artifacts.get(release.artifactDigest));
  let lists: PersonList[] = [];
  let asked = 0;
  let last: string | undefined;
  const commit = async () => {
    if (last === undefined) return;
    written = await addLists(db, written, lists, last);
    [lists, last] = [[], undefined];
    await onCommit(written.people);
    await failpoint("in lists");
  };
  try {
    const rest = { after: written.done_up_to, signal };
    await forEachHistory(db, built.tableName, rest, async ({ userId, items: history }) => {
      const list = await recommender.recommend(history, k);
      last = userId;
      if (list.length > 0)
        lists.push({
          userId,
          items: list.map(({ itemId }) => itemId),
          scores: list.map(({ score }) => score),
        });
      asked += 1;
      if (asked % COMMIT_PEOPLE === 0) await commit();
    });
    await commit();
  } finally {
    await recommender.close();
  }
  await finishLists(db, of);
  await dropOldLists(db, of.model);
}
