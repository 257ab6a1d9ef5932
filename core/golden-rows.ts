/** Real cases with a model's own answers: who loads the model asks it them again, and takes no other answer. */
import { BrokenPromise } from "./errors.ts";

/** Scores are 32-bit, and another processor may add them up in another order: so much of a case's greatest score. */
const SCORE_TOLERANCE = 1e-4;

interface Scored {
  itemId: string;
  score: number;
}

export interface GoldenCase {
  /** Item ids, oldest first; nobody's name. */
  history: readonly string[];
  items: readonly string[];
  /** Of `items`, as 32-bit floating-point numbers. */
  scores: readonly number[];
}

export interface GoldenRows {
  /** Length of the lists that were asked for. */
  k: number;
  cases: readonly GoldenCase[];
}

const FORMAT = "holt-golden-rows-1";

/** Equal rows give equal bytes. */
export function encodeGoldenRows({ k, cases }: GoldenRows): Uint8Array {
  const written = cases.map(({ history, items, scores }) => [history, items, scores]);
  return new TextEncoder().encode(JSON.stringify({ format: FORMAT, k, cases: written }));
}

/** @throws {BrokenPromise} the bytes are no golden rows */
export function decodeGoldenRows(bytes: Uint8Array): GoldenRows {
  try {
    const { format, k, cases } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (format !== FORMAT || !Number.isSafeInteger(k) || k < 1) throw new TypeError("format");
    const rows = (cases as unknown[][]).map(([history, items, scores]) => {
      if (!isTexts(history) || !isTexts(items) || !isNumbers(scores) || scores.length !== items.length)
        throw new TypeError("case");
      return { history, items, scores };
    });
    if (rows.length === 0) throw new TypeError("no case");
    return { k, cases: rows };
  } catch (error) {
    throw new BrokenPromise("golden rows: their bytes cannot be read; run again with --fresh", {
      cause: error,
    });
  }
}

/**
 * What is different in words; undefined when the answer is the one that was kept. Score by score, each within the
 * tolerance; items of nearly equal scores may stand in another order, or take each other's last place.
 */
export function findGoldenMismatch(
  { items, scores }: GoldenCase,
  answer: readonly Scored[],
): string | undefined {
  if (answer.length !== items.length) return `${answer.length} items, where ${items.length} were kept`;
  const kept = new Map(items.map((itemId, rank) => [itemId, scores[rank] as number]));
  if (new Set(answer.map(({ itemId }) => itemId)).size < answer.length) return "an item twice";
  const within = SCORE_TOLERANCE * Math.max(0, ...scores.map(Math.abs));
  const last = scores.at(-1) as number;
  for (const [rank, { itemId, score }] of answer.entries()) {
    // Written so that what is not a number is different.
    if (!(Math.abs(score - (scores[rank] as number)) <= within))
      return `score ${score} in place ${rank + 1}, where ${scores[rank]} was kept`;
    const own = kept.get(itemId) ?? last;
    if (!(Math.abs(score - own) <= within))
      return `item "${itemId}" in place ${rank + 1}, where "${items[rank]}" was kept`;
  }
  return undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
