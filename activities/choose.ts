import { BASELINE, CHAMPION } from "../core/baseline.ts";
import { choose } from "../core/choose.ts";
import { type Champion, type Contender, findExcess } from "../core/contender.ts";
import { type Definition, definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import type { EvaluateDetail, TrainDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef } from "../core/steps.ts";
import { getDefinition } from "../db/definitions.ts";
import { getVersion } from "../db/versions.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { recordStep, type StepSurroundings } from "./record-step.ts";

/** Goes into the digest of the inputs: raise it when the same figures lead to another choice or sentence. */
const CHOICE_VERSION = 1;

export const chooseActivities = (context: ActivityContext) => ({
  /** Picks what the run puts forward, from what its other steps measured. Candidates that were skipped are left out. */
  chooseCandidate(ref: StepRef): Promise<StepOutcome> {
    return recordStep(context, ref, async (around) => {
      const { definition } = around;
      const baseline = await readContender(around, BASELINE);
      if (!baseline)
        throw new NotFound(
          `run "${ref.runId}": the popularity list was not judged, so nothing can be chosen; start the run again`,
        );
      const names = Object.keys(definition.candidates);
      const contenders = await Promise.all(names.map((name) => readContender(around, name)));
      const learned = contenders.filter((contender) => contender !== undefined);
      const champion = await findChampion(context, around);
      const choice = { definition, baseline, learned, champion };
      return {
        inputs: {
          baseline: inputOf(around, baseline),
          learned: learned.map((contender) => inputOf(around, contender)),
          champion: champion && { ...champion, answerMs: isTooSlow(around, champion) },
          choose: definition.choose,
          k: definition.evaluation.k,
          code: CHOICE_VERSION,
        },
        stillThere: async () => true,
        work: async () => {
          const detail = choose(choice);
          return { summary: detail.reason, detail };
        },
      };
    });
  },
});

/** What was measured of a candidate; undefined when its training or evaluation was skipped or isn't part of the run. */
async function readContender(
  { definition, findDetail }: StepSurroundings,
  name: string,
): Promise<Contender | undefined> {
  const trained = await findDetail<TrainDetail>(`train:${name}`);
  const evaluated = await findDetail<EvaluateDetail>(`evaluate:${name}`);
  if (!trained || !evaluated) return undefined;
  const { artifactDigest, sizeBytes, trainSeconds } = trained;
  const value = evaluated[definition.choose.metric];
  return { name, artifactDigest, sizeBytes, trainSeconds, answerMs: evaluated.answerMs, value };
}

/** What was live when the run opened; without figures when judging it was skipped. */
async function findChampion(
  { database }: ActivityContext,
  { run, definition, findDetail }: StepSurroundings,
): Promise<Champion | undefined> {
  if (run.champion_version === null) return undefined;
  const { version, release } = await getVersion(database.db, run.model, run.champion_version);
  const evaluated = await findDetail<EvaluateDetail>(`evaluate:${CHAMPION}`);
  // Parsed, so that what an older Holt left out is its default.
  const then = definitionSchema.parse((await getDefinition(database.db, release.definitionDigest)).body);
  return {
    version,
    candidate: release.candidate,
    artifactDigest: release.artifactDigest,
    answerMs: evaluated?.answerMs ?? null,
    value: evaluated?.[definition.choose.metric] ?? null,
    ...(digestOf(shownBy(then)) === digestOf(shownBy(definition)) ? {} : { isShownOtherwise: true }),
  };
}

/** What of a definition decides how lists are made of a model's answers, and in which form they reach people. */
function shownBy(definition: Definition) {
  const { deployment, rules, defaultCountry, exploration, newItems, filters } = definition;
  return { deployment, rules, defaultCountry, exploration, newItems, filters };
}

/**
 * What decides: of what a clock measured only whether it keeps the limits, so that equal data and settings are equal
 * inputs however fast the machine was.
 */
function inputOf({ definition }: StepSurroundings, contender: Contender) {
  const { name, artifactDigest, value, sizeBytes } = contender;
  return { name, artifactDigest, value, sizeBytes, excess: findExcess(definition, contender)?.limit ?? null };
}

function isTooSlow({ definition }: StepSurroundings, { answerMs }: Champion): boolean {
  const { maxAnswerMs } = definition.choose;
  return maxAnswerMs !== undefined && answerMs !== null && answerMs > maxAnswerMs;
}
