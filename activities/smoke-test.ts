import { definitionSchema } from "../core/definition.ts";
import { BrokenPromise } from "../core/errors.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { getDefinition } from "../db/definitions.ts";
import { sampleHistories } from "../db/sample-histories.ts";
import { findStepDetail } from "../db/steps.ts";
import type { Version } from "../db/versions.ts";
import { loadRecommender, type Recommendation } from "../scoring/recommender.ts";
import { checkRelease } from "../scoring/release-check.ts";
import type { ActivityContext } from "./context.ts";

/** People who are asked for: enough to see that it answers; QA has looked at everybody. */
const PEOPLE = 5;

/**
 * Loads a version's model and its fallback from the store, which checks their digests, asks the model its golden rows, and
 * both for real people of the run's own interactions.
 * @throws {BrokenPromise} a file changed or is no recommender, or an answer is empty, too long, seen or not a number
 */
export async function trySmoke(context: ActivityContext, runId: string, version: Version): Promise<void> {
  const { db } = context.database;
  const definition = definitionSchema.parse((await getDefinition(db, version.release.definitionDigest)).body);
  const built = (await findStepDetail(db, { runId, step: `feature:${definition.interactions}` })) as
    | FeatureDetail
    | undefined;
  const histories = built ? await sampleHistories(db, built.tableName, PEOPLE) : [];
  if (histories.length === 0)
    throw new BrokenPromise(
      `run "${runId}": has no interactions to try the version with; start the run again`,
    );
  const place = `model "${version.model}" version ${version.version}`;
  await checkRelease(context.artifacts, { release: version.release, place });
  const { k } = definition.evaluation;
  await ask(context, version.release.artifactDigest, `${place} artifact`, histories, k);
  await ask(context, version.release.fallbackDigest, `${place} fallback`, [[], ...histories], k);
}

async function ask(
  context: ActivityContext,
  digest: string,
  place: string,
  histories: readonly string[][],
  k: number,
): Promise<void> {
  const recommender = await loadRecommender(await context.artifacts.get(digest));
  try {
    let answered = 0;
    for (const history of histories) {
      const answer = await recommender.recommend(history, k);
      assertSensible(answer, history, k, place);
      answered += answer.length;
    }
    if (answered === 0)
      throw new BrokenPromise(
        `${place}: answers nobody of ${histories.length} people; train it again (nothing was deployed)`,
      );
  } finally {
    await recommender.close();
  }
}

function assertSensible(
  answer: readonly Recommendation[],
  history: readonly string[],
  k: number,
  place: string,
): void {
  const refuse = (words: string) => {
    throw new BrokenPromise(`${place}: ${words}; train it again (nothing was deployed)`);
  };
  if (answer.length > k) refuse(`answers ${answer.length} items when ${k} are asked for`);
  if (new Set(answer.map(({ itemId }) => itemId)).size < answer.length) refuse("answers an item twice");
  if (answer.some(({ score }) => !Number.isFinite(score)))
    refuse("answers a score that is not a finite number");
  if (answer.some(({ itemId }) => history.includes(itemId)))
    refuse("answers an item that the person has seen");
}
