import { BASELINE, CHAMPION } from "../core/baseline.ts";
import { qaUsesAsOf, readsOfQa } from "../core/qa-queries.ts";
import type { MetricsRow } from "../core/qa-report.ts";
import type { Release } from "../core/release.ts";
import type {
  ChooseDetail,
  EvaluateDetail,
  FeatureDetail,
  QaDetail,
  SplitDetail,
  TrainDetail,
} from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { addRelease, addReport, findRelease, findReport } from "../db/releases.ts";
import { getVersion } from "../db/versions.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import { decidedBy, findDataInputs } from "./data-inputs.ts";
import { markOfOffPolicy } from "./off-policy.ts";
import type { QaModels, ServedPair } from "./qa-models.ts";
import { buildReport, type QaSubject } from "./qa-report.ts";
import { recordStep, type StepSurroundings, type StepTools } from "./record-step.ts";
import { storeReleaseRules } from "./release-rules.ts";

/** Goes into the digest of the inputs: raise it when the same release and tables give another report. */
const QA_VERSION = 3;

export const qaActivities = (context: ActivityContext) => ({
  /**
   * Builds the release that the run puts forward, asks it for the shelf of everybody, and stores release and report.
   * Both are stored by digest and hold nothing of a clock, so a second call, also at the same time, changes nothing.
   * @throws {InvalidInput} the definition's own SQL for QA cannot be honoured
   */
  checkQuality(ref: StepRef): Promise<StepOutcome> {
    return recordStep(context, ref, async (around) => {
      const { run, definition } = around;
      const release = await makeRelease(context, around);
      const subject = await gather(context, around, release);
      const logged = subject.models.champion && (await markOfOffPolicy(context, definition, run.as_of));
      return {
        inputs: {
          release: digestOf(release),
          interactions: subject.interactions.inputDigest,
          items: subject.items.inputDigest,
          trainingSet: subject.trainingSetDigest,
          metrics: subject.metrics,
          models: subject.models,
          championVersion: subject.championVersion,
          asked: decidedBy(subject.reads, run.as_of, qaUsesAsOf(definition)),
          ...(logged && { logged }),
          code: QA_VERSION,
        },
        stillThere: (earlier) => isStillThere(context, release, earlier),
        work: (tools) => report(context, release, { ...subject, hasLogged: Boolean(logged) }, tools),
      };
    });
  },
});

async function makeRelease(
  context: ActivityContext,
  { definition, definitionDigest, getDetail }: StepSurroundings,
): Promise<Release> {
  const { tableName } = await getDetail<FeatureDetail>(`feature:${definition.items}`);
  const rulesDigest = await storeReleaseRules(context, definition, tableName);
  const { chosen } = await getDetail<ChooseDetail>("choose");
  const candidate = await getDetail<TrainDetail>(`train:${chosen}`);
  const baseline = await getDetail<TrainDetail>(`train:${BASELINE}`);
  return {
    model: definition.name,
    candidate: chosen,
    artifactDigest: candidate.artifactDigest,
    sizeBytes: candidate.sizeBytes,
    fallbackDigest: baseline.artifactDigest,
    definitionDigest,
    ...(rulesDigest !== undefined && { rulesDigest }),
    ...(candidate.goldenDigest === undefined ? {} : { goldenDigest: candidate.goldenDigest }),
  };
}

async function gather(
  context: ActivityContext,
  around: StepSurroundings,
  { candidate, ...parts }: Release,
): Promise<Omit<QaSubject, "hasLogged">> {
  const { definition, run, getDetail } = around;
  return {
    definition,
    candidate,
    championVersion: run.champion_version,
    interactions: await getDetail<FeatureDetail>(`feature:${definition.interactions}`),
    items: await getDetail<FeatureDetail>(`feature:${definition.items}`),
    trainingSetDigest: (await getDetail<SplitDetail>("split")).trainingSetDigest,
    metrics: await readMetrics(context, around),
    models: {
      candidate: pairOf(parts),
      champion: await findChampion(context, around),
    },
    reads: await findDataInputs(around, readsOfQa(definition)),
    asOf: run.as_of,
  };
}

/** What was live when the run opened; null when nothing was, or it couldn't be judged. */
async function findChampion(
  { database }: ActivityContext,
  { run, findDetail }: StepSurroundings,
): Promise<QaModels["champion"]> {
  const judged = await findDetail<EvaluateDetail>(`evaluate:${CHAMPION}`);
  if (!judged || run.champion_version === null) return null;
  const { release } = await getVersion(database.db, run.model, run.champion_version);
  return pairOf(release);
}

function pairOf({
  artifactDigest,
  fallbackDigest,
  rulesDigest,
}: Pick<Release, "artifactDigest" | "fallbackDigest" | "rulesDigest">): ServedPair {
  return { artifactDigest, fallbackDigest, ...(rulesDigest !== undefined && { rulesDigest }) };
}

/** One row a subject that was judged: the baseline, the other candidates as defined, then today's champion. */
async function readMetrics(
  { database }: ActivityContext,
  { definition, run, findDetail }: StepSurroundings,
): Promise<MetricsRow[]> {
  const rows: MetricsRow[] = [];
  for (const subject of [BASELINE, ...Object.keys(definition.candidates), CHAMPION]) {
    const judged = await findDetail<EvaluateDetail>(`evaluate:${subject}`);
    if (!judged) continue;
    const trained = await findDetail<TrainDetail>(`train:${subject}`);
    const live =
      subject === CHAMPION && run.champion_version !== null
        ? await getVersion(database.db, run.model, run.champion_version)
        : undefined;
    const { ndcg, recall, coverage, people } = judged;
    const sizeBytes = trained?.sizeBytes ?? live?.release.sizeBytes ?? null;
    rows.push({ subject, ndcg, recall, coverage, people, sizeBytes });
  }
  return rows;
}

async function report(
  context: ActivityContext,
  release: Release,
  subject: QaSubject,
  tools: StepTools,
): Promise<StepResult> {
  const { db } = context.database;
  const body = await buildReport(context, subject, tools);
  const detail: QaDetail = {
    verdict: body.verdict,
    releaseDigest: await addRelease(db, release),
    reportDigest: await addReport(db, body),
  };
  await failpoint("after report in qa");
  return { summary: body.headline, rows: body.people, detail };
}

async function isStillThere(
  { database: { db }, artifacts }: ActivityContext,
  release: Release,
  { detail }: StepResult,
): Promise<boolean> {
  const { releaseDigest, reportDigest } = detail as QaDetail;
  const there = await Promise.all([
    findRelease(db, releaseDigest),
    findReport(db, reportDigest),
    artifacts.isSound(release.artifactDigest),
    artifacts.isSound(release.fallbackDigest),
    release.rulesDigest === undefined || artifacts.isSound(release.rulesDigest),
    release.goldenDigest === undefined || artifacts.isSound(release.goldenDigest),
  ]);
  return there.every(Boolean);
}
