import { historyWith } from "../../core/batch-rows.ts";
import { rulesAt } from "../../core/editorial-rules.ts";
import { InvalidInput } from "../../core/errors.ts";
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

type InputRow = Awaited<ReturnType<typeof readInput>>[number];
/** Rows of the input and what these people had. */
interface Chunk {
  rows: InputRow[];
  histories: ReadonlyMap<string, readonly string[]>;
}

/**
 * Adds everybody's list to the batch's table, some thousand people a transaction, and goes on after the last of them that
 * is committed. The next people's histories are fetched while these are scored. A call after the last changes nothing.
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
      let at = batch;
      let next = readChunk(context, at, at.done_up_to);
      for (;;) {
        signal.throwIfAborted();
        const chunk = await next;
        const last = chunk.rows.at(-1);
        if (!last) return at;
        next = readChunk(context, at, last.line);
        next.catch(() => {}); // heard where it is awaited
        const scored = await scorer.score(chunk, signal);
        const before = at;
        at = await inTransaction(client, async () => {
          const noted = await noteScored(client, before, { ...scored.counts, lastLine: last.line });
          if (!noted) throw new Error(`batch "${before.id}": has ended, or another attempt goes on with it`);
          await setStrangersAside(client, before.id, scored.faults);
          const copy = `copy ${outputTable(before)} (${OUTPUT_COLUMNS}) from stdin`;
          await copyIn(client, copy, once(scored.lines));
          return noted;
        });
        await failpoint("in batch");
        const problem = tooManySetAside(at, { rows: at.rows_staged, setAside: at.rows_set_aside });
        if (problem !== undefined) throw new InvalidInput(problem);
      }
    });
  } finally {
    await scorer.close();
  }
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
  const rulesFor = await openRules(context, batch, release.rulesDigest);
  const fallback = await loadRecommender(await context.artifacts.get(release.fallbackDigest));
  const popular = await fallback.recommend([], MOST_POPULAR).finally(() => fallback.close());
  const isList = batch.only_popularity || release.artifactDigest === release.fallbackDigest;
  const model: Recommender | undefined = isList
    ? undefined
    : await loadRecommender(await context.artifacts.get(release.artifactDigest));
  return {
    score: (chunk: Chunk, signal: AbortSignal) =>
      scoreChunk({ batch, model, popular, rulesFor }, chunk, signal),
    close: async () => model?.close(),
  };
}

async function scoreChunk(
  {
    batch: { k, country, strangers },
    rulesFor,
    ...model
  }: RowModel & { batch: BatchRow; rulesFor: (country: string | null) => ListRules },
  { rows, histories }: Chunk,
  signal: AbortSignal,
): Promise<Scored> {
  const counts = { scored: 0, byPopularity: 0, setAside: 0 };
  const faults: number[] = [];
  let lines = "";
  for (const row of rows) {
    signal.throwIfAborted();
    const history = historyWith(histories.get(row.userId ?? "") ?? [], row.items);
    if (history.length === 0 && strangers === "set_aside") {
      counts.setAside += 1;
      faults.push(row.line);
      continue;
    }
    const answer = await answerRow(model, { history, rules: rulesFor(row.country ?? country), k });
    const placed = placedBy(answer);
    counts.scored += 1;
    if (answer.byPopularity) counts.byPopularity += 1;
    lines += copyLine([
      String(row.line),
      row.userId,
      arrayOf(answer.items.map(({ itemId }) => itemId)),
      `{${answer.items.map(({ score }) => score).join(",")}}`,
      placed && arrayOf(placed),
      answer.byPopularity ? "t" : "f",
    ]);
  }
  return { lines, counts, faults };
}

/** The rules of the release and what people said in a hurry, as they were when the input was copied; by country. */
async function openRules(
  { artifacts }: ActivityContext,
  { urgent_rules, scored_at }: BatchRow,
  rulesDigest: string | undefined,
): Promise<(country: string | null) => ListRules> {
  const release = rulesDigest === undefined ? undefined : readReleaseRules(await artifacts.get(rulesDigest));
  const now = scored_at?.getTime() ?? 0;
  const urgent = rulesAt((urgent_rules ?? []) as Parameters<typeof rulesAt>[0], now);
  const known = new Map<string | null, ListRules>();
  return (country) => {
    const there = known.get(country);
    if (there) return there;
    const made = listRules(urgent, release, { now, country: country ?? undefined });
    known.set(country, made); // at most as many as there are pairs of letters
    return made;
  };
}
