/** The example's data and settings, split as a run splits them, without a database. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { definitionSchema } from "../core/definition.ts";
import { HistorySplitter } from "../core/split.ts";
import { historyOf, type TrainingSet } from "../core/training-set.ts";
import movies from "../examples/movies/holt.config.ts";

/** What the example's feature table `interactions` keeps. */
const LEAST_STARS = 3.5;

export const definition = definitionSchema.parse(movies);

/** One of the example's candidates by its trainer. */
export function candidateOf<Name extends "als" | "item_similarity">(trainer: Name) {
  const found = Object.values(definition.candidates).find((candidate) => candidate.trainer === trainer);
  if (found?.trainer !== trainer)
    throw new Error(`examples/movies: no candidate has the trainer "${trainer}"`);
  return found as Extract<typeof found, { trainer: Name }>;
}

export async function movieTrainingSet(): Promise<TrainingSet> {
  const [ratings, titles] = await Promise.all([readCsv("ratings.csv"), readCsv("movies.csv")]);
  const items = titles.map(({ movieId }) => movieId as string);
  const offered = new Set(items);
  const people = new Map<string, { item: string; at: number }[]>();
  for (const { userId, movieId, rating, timestamp } of ratings) {
    if (Number(rating) < LEAST_STARS || !offered.has(movieId as string)) continue;
    const history = people.get(userId as string) ?? [];
    history.push({ item: movieId as string, at: Number(timestamp) });
    people.set(userId as string, history);
  }
  const splitter = new HistorySplitter(items, definition.evaluation.holdoutShare);
  for (const user of [...people.keys()].sort()) {
    const history = people.get(user) ?? [];
    history.sort((a, b) => a.at - b.at || (a.item < b.item ? -1 : 1));
    splitter.add(history.map(({ item }) => item));
  }
  return splitter.finish();
}

async function readCsv(file: string): Promise<Record<string, string>[]> {
  const path = join(import.meta.dirname, "../examples/movies/data", file);
  return parse(await readFile(path), { columns: true, bom: true });
}

/** Of the person whose history is of middle length. */
export function medianHistory(set: TrainingSet): string[] {
  const people = Array.from(set.train.starts.subarray(1), (_, person) => historyOf(set.train, person));
  const middle = people.toSorted((a, b) => a.length - b.length)[people.length >> 1] ?? new Int32Array();
  return Array.from(middle, (item) => set.items[item] as string);
}
