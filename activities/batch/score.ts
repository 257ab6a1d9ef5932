import type { PoolClient } from "pg";
import { historyWith } from "../../core/batch-rows.ts";
import { rulesAt } from "../../core/editorial-rules.ts";
import { InvalidInput } from "../../core/errors.ts";
import type { NewItems } from "../../core/new-items.ts";
import { type ListRules, listRules, readReleaseRules } from "../../core/release-rules.ts";
import { arrayOf, OUTPUT_COLUMNS, outputTable, readInput, setStrangersAside } from "../../db/batch-tables.ts";
import { type BatchRow, noteScored } from "../../db/batches.ts";
import { copyIn, copyLine } from "../../db/copy.ts";
import { findHistories } from "../../db/interactions.ts";
import { inTransaction, withSession } from "../../db/session.ts";
import { getVersion } from "../../db/versions.ts";
import { answerRow, placedBy, type RowModel } from "../../scoring/answer-row.ts";
import { MOST_POPULAR } from "../../scoring/popularity-list.ts";
import { loadRecommender, type Recommender } from "../../scoring/recommender.ts";
import { failpoint } from "../../store/failpoint.ts";
import type { ActivityContext } from "../context.ts";
import { tooManySetAside } from "./stage.ts";

/** People whose lists are committed together: about a megabyte, and what is done again after a crash. */
const CHUNK_ROWS = 2_000;
/** ONNX Runtime is asked once a turn of the event loop; so many asked at once share that turn's look at sockets. */
const AT_ONCE = 32;

type InputRow = Awaited<ReturnType<typeof readInput>>[number];
/** Rows of the input and what these people had. */
interface Chunk {
  rows: InputRow[];
  histories: ReadonlyMap<string, readonly string[]>;
}

/**
 * Adds everybody's list to the batch's table, some thousand people a transaction, and goes on after the last of them that
 * is committed. While some are scored, the next people's histories are fetched and the lists before are committed. A call after
 * the last changes nothing.
 * @throws {InvalidInput} too many rows are set aside @throws {NotFound} @throws {BrokenPromise} the model cannot answer
 */
export async function scoreBatch(
  context: ActivityContext,
  batch: BatchRow,
  signal: AbortSignal,
): Promise<BatchRow> {
  const scorer = await openScorer(context, batch);
  try {
    return await withSession(context.database, signal, async (client) => {
      let next = readChunk(context, batch, batch.done_up_to);
      let committed = Promise.resolve(batch);
      try {
        for (;;) {
          signal.throwIfAborted();
          const chunk = await next;
          const last = chunk.rows.at(-1);
          if (!last) return await committed;
          next = heardLater(readChunk(context, batch, last.line));
          const scored = await scorer.score(chunk, signal);
          committed = heardLater(commit(client, await committed, scored, last.line));
        }
      } finally {
        await committed.catch(() => {}); // it uses the session
      }
    });
  } finally {
    await scorer.close();
  }
}

/** Its failure is met where it is awaited, which may be some time after. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function commit(
  client: PoolClient,
  before: BatchRow,
  { counts, faults, lines }: Scored,
  lastLine: number,
): Promise<BatchRow> {
  const at = await inTransaction(client, async () => {
    const noted = await noteScored(client, before, { ...counts, lastLine });
    if (!noted) throw new Error(`batch "${before.id}": has ended, or another attempt goes on with it`);
    await setStrangersAside(client, before.id, faults);
    await copyIn(client, `copy ${outputTable(before)} (${OUTPUT_COLUMNS}) from stdin`, once(lines));
    return noted;
  });
  await failpoint("in batch");
  const problem = tooManySetAside(at, { rows: at.rows_staged, setAside: at.rows_set_aside });
  if (problem !== undefined) throw new InvalidInput(problem);
  return at;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function readChunk(
  { database: { pool } }: ActivityContext,
  batch: BatchRow,
  after: number,
): Promise<Chunk> {
  const rows = await readInput(pool, batch, { after, limit: CHUNK_ROWS });
  const people = [...new Set(rows.flatMap(({ userId }) => userId ?? []))];
  const histories =
    batch.interactions_table !== null && people.length > 0 && !batch.only_popularity
      ? await findHistories(pool, batch.interactions_table, people)
      : new Map<string, string[]>();
  return { rows, histories };
}

interface Scored {
  /** For {@link OUTPUT_COLUMNS}. */
  lines: string;
  counts: { scored: number; byPopularity: number; setAside: number };
  /** Lines of strangers, where these are set aside. */
  faults: number[];
}

async function openScorer(context: ActivityContext, batch: BatchRow) {
  const { release } = await getVersion(context.database.db, batch.model, batch.version);
  const { rulesFor, newItems } = await openRules(context, batch, release.rulesDigest);
  const fallback = await loadRecommender(await context.artifacts.get(release.fallbackDigest));
  const popular = await fallback.recommend([], MOST_POPULAR).finally(() => fallback.close());
  const isList = batch.only_popularity || release.artifactDigest === release.fallbackDigest;
  const model: Recommender | undefined = isList
    ? undefined
    : await loadRecommender(await context.artifacts.get(release.artifactDigest));
  return {
    score: (chunk: Chunk, signal: AbortSignal) =>
      scoreChunk({ batch, model, popular, rulesFor, newItems }, chunk, signal),
    close: async () => model?.close(),
  };
}

async function scoreChunk(
  {
    batch: { id, k, country, strangers, scored_at },
    rulesFor,
    newItems,
    ...model
  }: RowModel & { batch: BatchRow } & RulesOfBatch,
  { rows, histories }: Chunk,
  signal: AbortSignal,
): Promise<Scored> {
  const counts = { scored: 0, byPopularity: 0, setAside: 0 };
  const now = scored_at?.getTime() ?? 0;
  const faults: number[] = [];
  let lines = "";
  const answerOf = async (row: InputRow) => {
    const history = historyWith(histories.get(row.userId ?? "") ?? [], row.items);
    if (history.length === 0 && strangers === "set_aside") return undefined;
    const fresh = newItems && { newItems, now, id: `${id}/${row.line}` };
    return answerRow(model, { history, rules: rulesFor(row.country ?? country), k, fresh });
  };
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    signal.throwIfAborted();
    const some = rows.slice(from, from + AT_ONCE);
    for (const [at, answer] of (await Promise.all(some.map(answerOf))).entries()) {
      const { line, userId } = some[at] as InputRow;
      if (!answer) {
        counts.setAside += 1;
        faults.push(line);
        continue;
      }
      const placed = placedBy(answer);
      counts.scored += 1;
      if (answer.byPopularity) counts.byPopularity += 1;
      lines += copyLine([
        String(line),
        userId,
        arrayOf(answer.items.map(({ itemId }) => itemId)),
        `{${answer.items.map(({ score }) => score).join(",")}}`,
        placed && arrayOf(placed),
        answer.byPopularity ? "t" : "f",
      ]);
    }
  }
  return { lines, counts, faults };
}

interface RulesOfBatch {
  rulesFor(country: string | null): ListRules;
  newItems: NewItems | undefined;
}

/** The rules of the release and what people said in a hurry, as they were when the input was copied. */
async function openRules(
  { artifacts }: ActivityContext,
  { urgent_rules, scored_at }: BatchRow,
  rulesDigest: string | undefined,
): Promise<RulesOfBatch> {
  const release = rulesDigest === undefined ? undefined : readReleaseRules(await artifacts.get(rulesDigest));
  const now = scored_at?.getTime() ?? 0;
  const urgent = rulesAt((urgent_rules ?? []) as Parameters<typeof rulesAt>[0], now);
  const known = new Map<string | null, ListRules>();
  const rulesFor = (country: string | null) => {
    const there = known.get(country);
    if (there) return there;
    const made = listRules(urgent, release, { now, country: country ?? undefined });
    known.set(country, made); // at most as many as there are pairs of letters
    return made;
  };
  return { rulesFor, newItems: release?.newItems };
}
