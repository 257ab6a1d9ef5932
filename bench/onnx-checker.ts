/**
 * Whether ONNX's own checker (full_check) takes the files of all trainers, and whether its reference evaluator answers
 * the same items as ONNX Runtime does. `ours` counts the histories with equal answers, `peer` all of them.
 */

import { DEFAULT_MAX_SIZE_MB } from "../core/model-limit.ts";
import { historyOf, type TrainingSet } from "../core/training-set.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import type { TrainerSettings } from "../trainers/settings.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { candidateOf, definition, movieTrainingSet } from "./movies.ts";
import { runPython } from "./python.ts";

const PEOPLE = 20;

export async function run(): Promise<BenchLine[]> {
  const set = await movieTrainingSet();
  const settings: TrainerSettings[] = [
    { trainer: "popularity", maxSizeMb: DEFAULT_MAX_SIZE_MB },
    candidateOf("item_similarity"),
    candidateOf("als"),
  ];
  const files = settings.map((one) => train(set, one, () => {}));
  const histories = someHistories(set);
  const { k } = definition.evaluation;
  const reference = await runPython<string[][][]>("check_onnx.py", {
    files: files.map((bytes) => Buffer.from(bytes).toString("base64")),
    histories,
    k,
  });
  return Promise.all(
    files.map(async (bytes, at): Promise<BenchLine> => {
      const recommender = await loadRecommender(bytes);
      let equal = 0;
      for (const [person, history] of histories.entries()) {
        const answer = (await recommender.recommend(history, k)).map(({ itemId }) => itemId);
        if (answer.join() === reference[at]?.[person]?.join()) equal += 1;
      }
      await recommender.close();
      const name = `onnx-checker: ${settings[at]?.trainer}`;
      const peer = histories.length;
      return { name, ours: equal, peer, ratio: equal / peer, unit: "histories", runs: 1 };
    }),
  );
}

/** Of the first people, and one of somebody unknown: a stranger's item beside a known one. */
function someHistories(set: TrainingSet): string[][] {
  const known = Array.from({ length: PEOPLE }, (_, person) =>
    Array.from(historyOf(set.train, person), (item) => set.items[item] as string),
  );
  return [...known, ["unheard of", "318"]];
}
