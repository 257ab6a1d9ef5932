import { BASELINE, type Definition } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { DEFAULT_MAX_SIZE_MB } from "../core/model-limit.ts";
import type { SplitDetail, TrainDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { decodeTrainingSet } from "../core/training-set.ts";
import { formatCount } from "../core/words.ts";
import holt from "../package.json" with { type: "json" };
import { runTrainer, type TrainedModel } from "../trainers/run-trainer.ts";
import type { TrainerSettings } from "../trainers/settings.ts";
import { TRAINERS_VERSION } from "../trainers/train.ts";
import type { ActivityContext } from "./context.ts";
import { GOLDEN_ROWS_VERSION, makeGoldenRows } from "./golden-rows.ts";
import { recordStep } from "./record-step.ts";

export const trainActivities = (context: ActivityContext) => ({
  /**
   * Trains the candidate that the step names, `train:<candidate>`, from the split's training set, in a child process,
   * and stores its ONNX file by hash, with its answers to real cases beside it. A second call, also at the same time, gives the same bytes and so the same artifact.
   * @throws {InvalidInput} there is nothing to learn from, or the file would be too large; no retry
   */
  trainCandidate(ref: StepRef): Promise<StepOutcome> {
    return recordStep(context, ref, async ({ definition, getDetail }) => {
      const candidate = ref.step.replace(/^train:/, "");
      const settings = settingsOf(definition, candidate);
      const split = await getDetail<SplitDetail>("split");
      const { k } = definition.evaluation;
      return {
        inputs: {
          ...{ trainingSet: split.trainingSetDigest, candidate, settings, code: TRAINERS_VERSION },
          golden: { version: GOLDEN_ROWS_VERSION, k },
        },
        stillThere: ({ detail }) => isStillThere(context, detail as TrainDetail),
        work: async (tools) => {
          const set = await context.artifacts.get(split.trainingSetDigest);
          const trained = await runTrainer(set, settings, tools);
          const golden = await makeGoldenRows(trained.bytes, decodeTrainingSet(set), k);
          const detail: TrainDetail = {
            candidate,
            trainer: settings.trainer,
            artifactDigest: await context.artifacts.put(trained.bytes),
            sizeBytes: trained.bytes.length,
            trainSeconds: trained.trainSeconds,
            goldenDigest: await context.artifacts.put(golden),
            logDigest: await context.artifacts.put(writeLog(settings, split, trained)),
            code: { holt: holt.version, trainers: TRAINERS_VERSION },
          };
          return { summary: summarise(settings, detail, split), detail } satisfies StepResult;
        },
      };
    });
  },
});

async function isStillThere({ artifacts }: ActivityContext, detail: TrainDetail): Promise<boolean> {
  const { artifactDigest, goldenDigest = "" } = detail;
  return (await artifacts.isSound(artifactDigest)) && (await artifacts.isSound(goldenDigest));
}

function settingsOf(definition: Definition, candidate: string): TrainerSettings {
  if (candidate === BASELINE) return { trainer: BASELINE, maxSizeMb: DEFAULT_MAX_SIZE_MB };
  const settings = definition.candidates[candidate];
  if (!settings)
    throw new NotFound(
      `candidate "${candidate}": is not in the definition of "${definition.name}"; apply it, then start a new run`,
    );
  return settings;
}

/** What went in, counted, and what the trainer printed: nobody's name, a few thousand characters. */
function writeLog(settings: TrainerSettings, split: SplitDetail, { bytes, trainSeconds, log }: TrainedModel) {
  const { people, items, trainInteractions, trainingSetDigest } = split;
  const lines = [
    `settings ${canonicalJson(settings)}`,
    `training set ${trainingSetDigest}: ${formatCount(people)} people, ${formatCount(items)} items, ${formatCount(trainInteractions)} interactions`,
    ...log.split("\n").filter((line) => line !== ""),
    `${formatCount(bytes.length)} bytes in ${trainSeconds.toFixed(1)} s`,
  ];
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

function summarise(
  settings: TrainerSettings,
  { sizeBytes, trainSeconds }: TrainDetail,
  split: SplitDetail,
): string {
  const cost = `${(sizeBytes / 1e6).toFixed(1)} MB in ${trainSeconds.toFixed(1)} s`;
  switch (settings.trainer) {
    case "popularity":
      return `${formatCount(split.items)} items ranked, ${cost}`;
    case "item_similarity":
      return `${settings.neighbours} neighbours an item, ${cost}`;
    case "als":
      return `${settings.factors} factors, ${settings.iterations} iterations, ${cost}`;
  }
}
