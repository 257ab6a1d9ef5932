import { InvalidInput } from "../core/errors.ts";
import { HistorySplitter } from "../core/split.ts";
import type { FeatureDetail, SplitDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { encodeTrainingSet, historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import { formatCount, plural } from "../core/words.ts";
import { streamHistories } from "../db/histories.ts";
import { listItemIds } from "../db/interactions.ts";
import { withSession } from "../db/session.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import { recordStep, type StepTools } from "./record-step.ts";

const PROGRESS_EVERY_ROWS = 10_000;
/** Where a test may kill it: in the middle also of a small model's rows. */
const FAILPOINT_ROW = 100;

export function splitActivities(context: ActivityContext) {
  const { ingest, artifacts } = context;
  return {
    /**
     * Parts each person's history in time: the last share is held out, models learn from the rest. The training set goes
     * into the artifact store, without anybody's name.
     * @throws {InvalidInput} nothing to learn from
     */
    splitHistory(ref: StepRef): Promise<StepOutcome> {
      return recordStep(context, ref, async ({ definition, getDetail }) => {
        const interactions = await getDetail<FeatureDetail>(`feature:${definition.interactions}`);
        const items = await getDetail<FeatureDetail>(`feature:${definition.items}`);
        const { holdoutShare } = definition.evaluation;
        const tables = { interactions: interactions.tableName, items: items.tableName };
        return {
          inputs: { interactions: interactions.inputDigest, items: items.inputDigest, holdoutShare },
          stillThere: ({ detail }) => artifacts.isSound((detail as SplitDetail).trainingSetDigest),
          async work(tools) {
            const ids = await listItemIds(ingest.db, tables.items);
            const splitter = new HistorySplitter(ids, holdoutShare);
            const set = await withSession(ingest, tools.signal, (client) =>
              fill(splitter, streamHistories(client, tables), tools),
            );
            if (set.train.items.length === 0)
              throw new InvalidInput(
                `features.${definition.interactions}: none of its ${interactions.rows} rows has an item of "${definition.items}" (${items.rows} rows), so there is nothing to learn from; see whether their item_id fit`,
              );
            return describe(set, await artifacts.put(encodeTrainingSet(set)));
          },
        };
      });
    },
  };
}

async function fill(
  splitter: HistorySplitter,
  pairs: AsyncIterable<{ userId: string; itemId: string }>,
  { progress }: StepTools,
): Promise<TrainingSet> {
  let person: string | undefined;
  let history: string[] = [];
  let rows = 0;
  for await (const { userId, itemId } of pairs) {
    if (userId !== person) {
      splitter.add(history);
      history = [];
    }
    person = userId;
    history.push(itemId);
    rows += 1;
    if (rows === FAILPOINT_ROW) await failpoint("in split");
    if (rows % PROGRESS_EVERY_ROWS === 0) progress(`${formatCount(rows)} interactions read`);
  }
  splitter.add(history);
  return splitter.finish();
}

function describe(set: TrainingSet, trainingSetDigest: string): StepResult {
  const people = peopleIn(set.train);
  const held = Array.from({ length: people }, (_, person) => historyOf(set.heldOut, person).length);
  const detail: SplitDetail = {
    trainingSetDigest,
    people,
    items: set.items.length,
    trainInteractions: set.train.items.length,
    heldOutInteractions: set.heldOut.items.length,
    peopleJudged: held.filter((length) => length > 0).length,
  };
  return {
    summary: `${plural(people, "person", "people")}, ${formatCount(detail.trainInteractions)} interactions to learn from, ${formatCount(detail.heldOutInteractions)} held out`,
    rows: detail.trainInteractions + detail.heldOutInteractions,
    detail,
  };
}
