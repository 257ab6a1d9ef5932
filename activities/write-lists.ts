import { definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { getDefinition } from "../db/definitions.ts";
import { addLists, dropOldLists, finishLists, openLists, type PersonList } from "../db/materialised.ts";
import { forEachHistory, type PersonHistory } from "../db/people-histories.ts";
import { findStepDetail } from "../db/steps.ts";
import { getVersion } from "../db/versions.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";

/** People whose lists are committed together: some hundred kilobytes, and what is done again after a crash. */
const COMMIT_PEOPLE = 500;
/** ONNX Runtime is asked once a turn of the event loop; so many asked at once share that turn's look at sockets. */
const AT_ONCE = 25;

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
  let waiting: PersonHistory[] = [];
  let met = 0;
  let last: string | undefined;
  const listOf = async ({ userId, items: history }: PersonHistory): Promise<PersonList> => {
    const list = await recommender.recommend(history, k);
    return {
      userId,
      items: list.map(({ itemId }) => itemId),
      scores: list.map(({ score }) => score),
    };
  };
  const ask = async () => {
    const answers = await Promise.all(waiting.map(listOf));
    lists.push(...answers.filter(({ items }) => items.length > 0));
    waiting = [];
  };
  const commit = async () => {
    if (last === undefined) return;
    await ask();
    written = await addLists(db, written, lists, last);
    [lists, last] = [[], undefined];
    await onCommit(written.people);
    await failpoint("in lists");
  };
  try {
    const rest = { after: written.done_up_to, signal };
    await forEachHistory(db, built.tableName, rest, async (person) => {
      waiting.push(person);
      last = person.userId;
      met += 1;
      if (met % COMMIT_PEOPLE === 0) await commit();
      else if (waiting.length === AT_ONCE) await ask();
    });
    await commit();
  } finally {
    await recommender.close();
  }
  await finishLists(db, of);
  await dropOldLists(db, of.model);
}
