import { ShelfBehaviour } from "../core/behaviour.ts";
import { checkBehaviour } from "../core/behaviour-checks.ts";
import type { Definition } from "../core/definition.ts";
import { ExtremeCases } from "../core/extremes.ts";
import { checkExtremes } from "../core/extremes-checks.ts";
import { composeReport } from "../core/qa-composition.ts";
import { QaCounts } from "../core/qa-counts.ts";
import { type Items, titleOf } from "../core/qa-items.ts";
import type { Check, MetricsRow, OffPolicy, QaReport } from "../core/qa-report.ts";
import { type ItemValues, weighItems } from "../core/qa-values.ts";
import { tellRule } from "../core/rule-words.ts";
import { describeSlices, SliceScores } from "../core/slices.ts";
import { checkSlices } from "../core/slices-checks.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { countInteractions, readItems } from "../db/people-histories.ts";
import { withQaSession } from "../db/qa-inputs.ts";
import { withSession } from "../db/session.ts";
import { playOneMore, samplePlays } from "./behaviour.ts";
import type { ActivityContext } from "./context.ts";
import type { DataInput } from "./data-inputs.ts";
import { askExtremes } from "./extremes.ts";
import { estimateOffPolicy } from "./off-policy.ts";
import { previewShelves } from "./preview.ts";
import { type QaInputs, readQaInputs } from "./qa-inputs.ts";
import { type OpenModels, type QaModels, withModels } from "./qa-models.ts";
import { checkCases, passOverEverybody } from "./qa-pass.ts";
import type { StepTools } from "./record-step.ts";
import { judgeSlices } from "./slices.ts";

/** How values are called when the definition names none. */
const INTERACTIONS = "interactions";

/** All that a report is made of. */
export interface QaSubject {
  definition: Definition;
  candidate: string;
  championVersion: number | null;
  interactions: FeatureDetail;
  items: FeatureDetail;
  trainingSetDigest: string;
  metrics: MetricsRow[];
  models: QaModels;
  /** What the definition's QA queries read. */
  reads: DataInput[];
  /** Whether lists were shown while exploring, from which what the candidate would earn can be estimated. */
  hasLogged: boolean;
  asOf: Date;
}

/** The subject, opened. */
interface QaWork extends Omit<QaSubject, "items" | "models"> {
  context: ActivityContext;
  tools: StepTools;
  itemsTable: string;
  items: Items;
  inputs: QaInputs;
  values: ItemValues;
  models: OpenModels;
}

/**
 * The report. Equal subjects have equal ones: nothing in it comes from a clock or a machine.
 * @throws {InvalidInput} the definition's SQL for QA cannot be honoured
 */
export function buildReport(
  context: ActivityContext,
  { items: itemsDetail, models: digests, ...subject }: QaSubject,
  tools: StepTools,
): Promise<QaReport> {
  const { db } = context.database;
  const { definition, interactions, reads, asOf } = subject;
  return withSession(context.ingest, tools.signal, (client) =>
    withQaSession(client, { reads, asOf }, async (session) => {
      const inputs = await readQaInputs(session, definition);
      const items = await readItems(db, itemsDetail.tableName, definition.qa.display);
      const earned = inputs.values ?? (await countInteractions(db, interactions.tableName));
      const values = weighItems(definition.qa.value?.label ?? INTERACTIONS, earned, items);
      const found = { context, tools, itemsTable: itemsDetail.tableName, items, inputs, values };
      return withModels(context, digests, asOf, (models) => look({ ...subject, ...found, models }));
    }),
  );
}

async function look(work: QaWork): Promise<QaReport> {
  const { definition, candidate, items, inputs, values, models, tools } = work;
  const { qa, evaluation } = definition;
  const counts = new QaCounts({
    ...{ definition, candidate, items, hasChampion: models.champion !== undefined },
    mustHave: inputs.mustHave,
    forbidden: inputs.forbidden,
  });
  const behaviour = new ShelfBehaviour({ items, candidate });
  const extremes = new ExtremeCases({
    k: evaluation.k,
    items,
    newItems: new Set(inputs.newItems),
    retired: new Set(inputs.retiredItems),
    isHidden: (itemId) => models.candidate.rules?.hides(itemId) !== undefined,
  });
  const plays = samplePlays();
  const histories = await passOverEverybody(
    work.context,
    {
      ...{ definition, inputs, models, counts },
      interactionsTable: work.interactions.tableName,
      onPerson(person) {
        behaviour.add(person);
        extremes.add(person);
        if (qa.behaviour.oneMorePlay) plays.add(person);
      },
    },
    tools,
  );
  const hadBy = (itemId: string) => behaviour.hadBy(itemId);
  const asking = { served: models.candidate, hadBy, signal: tools.signal };
  await askExtremes(extremes, asking);
  const slices = describeSlices({
    segments: qa.segments,
    scores: await scoreSlices(work),
    reach: counts.sliceReach(values),
  });
  const rows = behaviour.result();
  const checks: Check[] = [
    ...checkSlices(qa.segments, slices),
    ...checkExtremes(extremes, { severity: qa.extremes.severity, hasGenres: qa.display.genre !== undefined }),
    ...checkBehaviour({ settings: qa.behaviour, candidate, rows, people: behaviour.people }),
  ];
  if (qa.behaviour.oneMorePlay) {
    const outcomes = await playOneMore(plays, { ...asking, items, k: evaluation.k });
    checks.push(outcomes.check(qa.behaviour.oneMorePlay));
  }
  const offPolicy = await findOffPolicy(work);
  return composeReport({
    definition,
    candidate,
    championVersion: work.championVersion,
    people: counts.candidate.people,
    items: items.size,
    valueLabel: values.label,
    metrics: work.metrics,
    checks: [
      ...(await checkCases({ definition, items, models }, histories)),
      ...counts.checks(values),
      ...checks,
    ],
    reach: counts.reach(values),
    unreachable: counts.unreachable(values),
    slices,
    ...(definition.rules && { rules: tellRules(definition.rules, items) }),
    behaviour: rows,
    ...(offPolicy && { offPolicy }),
    previews: await previewShelves(models, {
      ...{ people: qa.preview, histories, items },
      ...{ k: evaluation.k, signal: tools.signal },
    }),
  });
}

async function findOffPolicy(work: QaWork): Promise<OffPolicy | undefined> {
  const { context, tools, hasLogged, definition, candidate, models, interactions, asOf } = work;
  const { champion } = models;
  if (!hasLogged || !champion) return undefined;
  return estimateOffPolicy(
    context,
    {
      ...{ definition, candidate, asOf, interactionsTable: interactions.tableName },
      models: { candidate: models.candidate, champion },
    },
    tools,
  );
}

function tellRules(rules: NonNullable<Definition["rules"]>, items: Items) {
  return rules.map((rule) => ({
    ...{ name: rule.name, kind: rule.kind },
    says: tellRule(rule, (itemId) => titleOf(items, itemId)),
  }));
}

/** NDCG by segment on what was held out; nothing is asked for without segments. */
async function scoreSlices(work: QaWork): Promise<SliceScores> {
  const { definition, inputs, models } = work;
  const { k } = definition.evaluation;
  if (Object.keys(definition.qa.segments).length === 0) return new SliceScores(k);
  const segments = await inputs.openSegments();
  return judgeSlices(
    work.context,
    {
      k,
      trainingSetDigest: work.trainingSetDigest,
      tables: { interactions: work.interactions.tableName, items: work.itemsTable },
      candidate: models.candidate,
      champion: models.champion,
      segmentsOf: (userId) => segments.of(userId),
    },
    work.tools,
  );
}
