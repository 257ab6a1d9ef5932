import { BASELINE, CHAMPION } from "../core/baseline.ts";
import { checkShelves } from "../core/qa.ts";
import { composeReport } from "../core/qa-composition.ts";
import type { MetricsRow } from "../core/qa-report.ts";
import type { Release } from "../core/release.ts";
import type {
  ChooseDetail,
  EvaluateDetail,
  FeatureDetail,
  QaDetail,
  TrainDetail,
} from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { formatCount } from "../core/words.ts";
import { readTitles } from "../db/people-histories.ts";
import { addRelease, addReport, findRelease, hasReport } from "../db/releases.ts";
import { getVersion } from "../db/versions.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import { type PreviewModels, previewShelves } from "./preview.ts";
import { recordStep, type StepSurroundings, type StepTools } from "./record-step.ts";
import { countShelves, withRecommender } from "./shelves.ts";

/** Goes into the digest of the inputs: raise it when the same release and tables give another report. */
const QA_VERSION = 1;

/** Where a test may kill it: after some people also of a small model. */
const FAILPOINT_PERSON = 10;

/** All that the report is made of. */
interface QaSubject {
  around: StepSurroundings;
  release: Release;
  interactions: FeatureDetail;
  items: FeatureDetail;
  metrics: MetricsRow[];
  models: PreviewModels;
}

export const qaActivities = (context: ActivityContext) => ({
  /**
   * Builds the release that the run puts forward, asks it for the shelf of everybody, and stores release and report.
   * Both are stored by digest and hold nothing of a clock, so a second call, also at the same time, changes nothing.
   */
  checkQuality(ref: StepRef): Promise<StepOutcome> {
    return recordStep(context, ref, async (around) => {
      const subject = await gather(context, around);
      const { release, interactions, items, metrics, models } = subject;
      return {
        inputs: {
          release: digestOf(release),
          interactions: interactions.inputDigest,
          items: items.inputDigest,
          metrics,
          models,
          code: QA_VERSION,
        },
        stillThere: (earlier) => isStillThere(context, release, earlier),
        work: (tools) => report(context, subject, tools),
      };
    });
  },
});

async function gather(context: ActivityContext, around: StepSurroundings): Promise<QaSubject> {
  const { definition, definitionDigest, getDetail, findDetail } = around;
  const { chosen } = await getDetail<ChooseDetail>("choose");
  const candidate = await getDetail<TrainDetail>(`train:${chosen}`);
  const baseline = await getDetail<TrainDetail>(`train:${BASELINE}`);
  const judged = await findDetail<EvaluateDetail>(`evaluate:${CHAMPION}`);
  return {
    around,
    release: {
      model: definition.name,
      candidate: chosen,
      artifactDigest: candidate.artifactDigest,
      sizeBytes: candidate.sizeBytes,
      fallbackDigest: baseline.artifactDigest,
      definitionDigest,
    },
    interactions: await getDetail<FeatureDetail>(`feature:${definition.interactions}`),
    items: await getDetail<FeatureDetail>(`feature:${definition.items}`),
    metrics: await readMetrics(context, around),
    models: {
      candidate: candidate.artifactDigest,
      baseline: baseline.artifactDigest,
      champion: judged?.artifactDigest ?? null,
    },
  };
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
  { around, release, interactions, items, metrics, models }: QaSubject,
  { signal, progress }: StepTools,
): Promise<StepResult> {
  const { db } = context.database;
  const { definition } = around;
  const { k } = definition.evaluation;
  const titles = await readTitles(db, items.tableName);
  const wanted = new Set(definition.qa.preview);
  const histories = new Map<string, string[]>();
  const count = await countShelves(context, {
    artifactDigest: release.artifactDigest,
    interactionsTable: interactions.tableName,
    k,
    signal,
    async onShelf({ userId, items: history }, _, counted) {
      if (wanted.has(userId)) histories.set(userId, history);
      if (counted % 100 === 0) progress(`${formatCount(counted)} people's shelves looked at`);
      if (counted === FAILPOINT_PERSON) await failpoint("in qa");
    },
  });
  const fallback = await withRecommender(context, release.fallbackDigest, (popularity) =>
    popularity.recommend([], k),
  );
  const body = composeReport({
    definition,
    candidate: release.candidate,
    metrics,
    checks: checkShelves({ definition, count, titles, fallbackLength: fallback.length }),
    previews: await previewShelves(context, { people: definition.qa.preview, histories, titles, k, models }),
  });
  const detail: QaDetail = {
    verdict: body.verdict,
    releaseDigest: await addRelease(db, release),
    reportDigest: await addReport(db, body),
  };
  await failpoint("after report in qa");
  return { summary: body.headline, rows: count.people, detail };
}

async function isStillThere(
  { database: { db }, artifacts }: ActivityContext,
  release: Release,
  { detail }: StepResult,
): Promise<boolean> {
  const { releaseDigest, reportDigest } = detail as QaDetail;
  const there = await Promise.all([
    findRelease(db, releaseDigest),
    hasReport(db, reportDigest),
    artifacts.has(release.artifactDigest),
    artifacts.has(release.fallbackDigest),
  ]);
  return there.every(Boolean);
}
