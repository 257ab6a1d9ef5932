import { BrokenPromise } from "../core/errors.ts";
import { SliceScores } from "../core/slices.ts";
import { decodeTrainingSet, historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import { plural } from "../core/words.ts";
import type { HistoryTables } from "../db/histories.ts";
import { withSession } from "../db/session.ts";
import { streamTrainingPeople } from "../db/training-people.ts";
import { type Served, servedShelf } from "../scoring/served-shelf.ts";
import type { ActivityContext } from "./context.ts";
import type { StepTools } from "./record-step.ts";

const PROGRESS_EVERY = 1_000;

export interface SliceRequest {
  trainingSetDigest: string;
  /** The tables that the training set was made of. */
  tables: HistoryTables;
  k: number;
  candidate: Served;
  champion: Served | undefined;
  /** Slices of a person, such as `age/18-24`; asked in byte order of the ids, for each person once. */
  segmentsOf(userId: string): readonly string[] | Promise<readonly string[]>;
}

/**
 * Judges candidate and champion, as they would be served, on what was held out of each person's history, slice by
 * slice: the same people and the same split as the evaluation, one pass.
 * @throws {BrokenPromise} the tables have other people than the training set
 */
export async function judgeSlices(
  { database, artifacts }: ActivityContext,
  request: SliceRequest,
  { signal, progress }: StepTools,
): Promise<SliceScores> {
  const set = decodeTrainingSet(await artifacts.get(request.trainingSetDigest));
  const scores = new SliceScores(request.k);
  let person = 0;
  await withSession(database, signal, async (client) => {
    for await (const userId of streamTrainingPeople(client, request.tables)) {
      signal.throwIfAborted();
      if (person >= peopleIn(set.train)) throw otherPeople(set, "more");
      await judge(scores, set, person, await request.segmentsOf(userId), request);
      person += 1;
      if (person % PROGRESS_EVERY === 0) progress(`${plural(person, "person", "people")} judged by slice`);
    }
  });
  if (person < peopleIn(set.train)) throw otherPeople(set, "fewer");
  return scores;
}

async function judge(
  scores: SliceScores,
  set: TrainingSet,
  person: number,
  segments: readonly string[],
  { k, candidate, champion }: SliceRequest,
): Promise<void> {
  if (segments.length === 0) return;
  const idsOf = (part: "train" | "heldOut") =>
    Array.from(historyOf(set[part], person), (index) => set.items[index] as string);
  const history = idsOf("train");
  const heldOut = new Set(idsOf("heldOut")).difference(new Set(history));
  if (heldOut.size === 0) return;
  scores.add({
    segments,
    heldOut,
    candidate: (await servedShelf(candidate, history, k)).items,
    champion: champion && (await servedShelf(champion, history, k)).items,
  });
}

function otherPeople(set: TrainingSet, found: "more" | "fewer"): BrokenPromise {
  return new BrokenPromise(
    `training set: the interactions table has ${found} people than its ${peopleIn(set.train)}, so it was made of other rows; run again with --fresh`,
  );
}
