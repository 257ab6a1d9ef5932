import { CHAMPION } from "../core/baseline.ts";
import { NotFound } from "../core/errors.ts";
import type { EvaluateDetail, SplitDetail, TrainDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { decodeTrainingSet } from "../core/training-set.ts";
import { formatCount, formatShare } from "../core/words.ts";
import { getVersion } from "../db/versions.ts";
import { type Evaluation, evaluate } from "../scoring/evaluate.ts";
import { loadRecommender, type Recommender } from "../scoring/recommender.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import { oneAfterAnother } from "./one-after-another.ts";
import { recordStep, type StepSurroundings, type StepTools } from "./record-step.ts";

/** Goes into the digest of the inputs: raise it when the same artifact and people give other metrics. */
const EVALUATION_VERSION = 1;

/** Where a test may kill it: after some people also of a small model. */
const FAILPOINT_ANSWER = 10;

/** Evaluations share this process's one thread of JavaScript; side by side each would be measured waiting. */
const inTurn = oneAfterAnother();

export const evaluateActivities = (context: ActivityContext) => ({
  /**
   * Judges what the step names, `evaluate:<candidate>` or `evaluate:champion`, on the people with something held out.
   * The champion is what was live when the run opened; it may know other items, and is judged on the same people.
   */
  evaluateCandidate(ref: StepRef): Promise<StepOutcome> {
    return recordStep(context, ref, async (around) => {
      const subject = ref.step.replace(/^evaluate:/, "");
      const { trainingSetDigest } = await around.getDetail<SplitDetail>("split");
      const artifactDigest = await findArtifact(context, around, subject);
      const { k } = around.definition.evaluation;
      return {
        inputs: { trainingSet: trainingSetDigest, subject, artifactDigest, k, code: EVALUATION_VERSION },
        stillThere: () => context.artifacts.isSound(artifactDigest),
        work: async (tools) => {
          const judged = await inTurn(() =>
            judge(context, { subject, artifactDigest, trainingSetDigest, k }, tools),
          );
          return resultOf({ subject, artifactDigest, k }, judged);
        },
      };
    });
  },
});

async function findArtifact(
  context: ActivityContext,
  { run, getDetail }: StepSurroundings,
  subject: string,
): Promise<string> {
  if (subject !== CHAMPION) return (await getDetail<TrainDetail>(`train:${subject}`)).artifactDigest;
  if (run.champion_version === null)
    throw new NotFound(`run "${run.id}": nothing was live when it opened, so there is no champion to judge`);
  const { release } = await getVersion(context.database.db, run.model, run.champion_version);
  return release.artifactDigest;
}

async function judge(
  { artifacts }: ActivityContext,
  {
    subject,
    artifactDigest,
    trainingSetDigest,
    k,
  }: { subject: string; artifactDigest: string; trainingSetDigest: string; k: number },
  tools: StepTools,
): Promise<Evaluation> {
  const set = decodeTrainingSet(await artifacts.get(trainingSetDigest));
  const recommender = await loadRecommender(await artifacts.get(artifactDigest));
  try {
    return await evaluate(withFailpoint(recommender, `in evaluate:${subject}`), set, k, tools);
  } finally {
    await recommender.close();
  }
}

/** No step in between but at the one answer, so that the time of an answer is the recommender's. */
function withFailpoint(recommender: Recommender, point: string): Recommender {
  let answers = 0;
  return {
    recommend(history, k) {
      answers += 1;
      const answer = recommender.recommend(history, k);
      return answers === FAILPOINT_ANSWER ? failpoint(point).then(() => answer) : answer;
    },
    close: () => recommender.close(),
  };
}

function resultOf(
  of: { subject: string; artifactDigest: string; k: number },
  { people, ndcg, recall, coverage, answerMs }: Evaluation,
): StepResult {
  const detail: EvaluateDetail = {
    ...of,
    people,
    ndcg: ndcg ?? null,
    recall: recall ?? null,
    coverage: coverage ?? null,
    answerMs: answerMs ?? 0,
  };
  if (ndcg === undefined || recall === undefined || coverage === undefined || answerMs === undefined)
    return { summary: "nobody has anything held out, so nothing can be told", detail };
  const metrics = `NDCG@${of.k} ${ndcg.toFixed(3)}, recall@${of.k} ${recall.toFixed(3)}, coverage@${of.k} ${formatShare(coverage)}`;
  return {
    summary: `${metrics} on ${formatCount(people)} people, ${answerMs.toFixed(2)} ms an answer`,
    detail,
  };
}
