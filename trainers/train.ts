import { InvalidInput } from "../core/errors.ts";
import type { TrainingSet } from "../core/training-set.ts";
import { trainAls } from "./als.ts";
import { trainItemSimilarity } from "./item-similarity.ts";
import { trainPopularity } from "./popularity.ts";
import type { Progress, TrainerSettings } from "./settings.ts";

/** Goes into the digest of a training's inputs: raise it when a trainer gives other bytes for the same settings. */
export const TRAINERS_VERSION = 1;

const BYTES_A_MEGABYTE = 1_000_000;

/**
 * Trains one candidate: a training set in, an ONNX file of RECOMMENDER_SIGNATURE out. The same set and settings give the
 * same bytes on every machine.
 * @throws {InvalidInput} there is nothing to learn from, or the file would be larger than `maxSizeMb`
 */
export function train(set: TrainingSet, settings: TrainerSettings, progress: Progress): Uint8Array {
  const bytes = trainWith(set, settings, progress);
  const { trainer, maxSizeMb } = settings;
  if (bytes.length > maxSizeMb * BYTES_A_MEGABYTE)
    throw new InvalidInput(
      `trainer "${trainer}": its file has ${(bytes.length / BYTES_A_MEGABYTE).toFixed(1)} MB, more than maxSizeMb: ${maxSizeMb}; ${SMALLER[trainer]}`,
    );
  return bytes;
}

const SMALLER: Record<TrainerSettings["trainer"], string> = {
  popularity: "offer fewer items",
  item_similarity: "keep fewer neighbours, offer fewer items, or raise maxSizeMb",
  als: "take fewer factors, offer fewer items, or raise maxSizeMb",
};

function trainWith(set: TrainingSet, settings: TrainerSettings, progress: Progress): Uint8Array {
  switch (settings.trainer) {
    case "popularity":
      return trainPopularity(set);
    case "item_similarity":
      return trainItemSimilarity(set, settings, progress);
    case "als":
      return trainAls(set, settings, progress);
  }
}
