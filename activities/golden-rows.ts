import { encodeGoldenRows } from "../core/golden-rows.ts";
import { historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import { answerGoldenRows } from "../scoring/golden-rows.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { seededRandom } from "../trainers/random.ts";

/** Real people's histories that are asked, and one of a stranger. */
const PEOPLE = 200;
/** Newest items of a history: one person's thousands would make the file large and each load slow. */
const NEWEST = 100;
/** The same people each time, so that equal sets and models give equal rows. */
const SEED = 20_261_125;
/** Goes into the digest of what a training step works on: raise it when the same model gets other rows. */
export const GOLDEN_ROWS_VERSION = 1;

/**
 * Golden rows of a model: its answers to the histories, without names, of people of its training set.
 * @throws {BrokenPromise} it is no recommender, or does not answer
 */
export async function makeGoldenRows(model: Uint8Array, set: TrainingSet, k: number): Promise<Uint8Array> {
  const recommender = await loadRecommender(model);
  try {
    return encodeGoldenRows(await answerGoldenRows(recommender, [[], ...pickHistories(set)], k));
  } finally {
    await recommender.close();
  }
}

function pickHistories(set: TrainingSet): string[][] {
  const random = seededRandom(SEED);
  const left = Array.from({ length: peopleIn(set.train) }, (_, person) => person);
  const picked: string[][] = [];
  while (picked.length < PEOPLE && left.length > 0) {
    const at = Math.floor(random() * left.length);
    const person = left[at] as number;
    left[at] = left.at(-1) as number;
    left.pop();
    const history = Array.from(historyOf(set.train, person), (item) => set.items[item] as string);
    if (history.length > 0) picked.push(history.slice(-NEWEST));
  }
  return picked;
}
