import { it as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { TrainingSet } from "../core/training-set.ts";
import { inner, solveNormalEquations } from "../tests/support/dense-solver.ts";
import { alsSettings, trainingSetOf, trainingSets } from "../tests/support/training-sets.ts";
import { trainAls } from "./als.ts";
import { alsItemFactors } from "./als-factors.ts";
import { type Interactions, interactionsOf, rowOf, type SparseRows } from "./interactions.ts";
import { seededRandom } from "./random.ts";
import type { AlsSettings } from "./settings.ts";

const ignore = () => undefined;
/** Small enough to be as exact as the dense algebra. */
const TOLERANCE = 1e-14;
/** What the last digits of a row can become in later half steps; scores are of the size of 1. */
const MAX_DIFFERENCE = 1e-2;

describe("the factors", () => {
  property.prop([trainingSets, alsSettings])(
    "give people the scores that they have when every row is solved exactly by dense algebra",
    (set, settings) => {
      const interactions = interactionsOf(set);
      const { width, values } = alsItemFactors(interactions, settings, ignore, TOLERANCE);
      const whitened = interactions.items.map((_, item) => [
        ...values.subarray(item * width, (item + 1) * width),
      ]);
      const exact = denseItemFactors(interactions, settings);
      for (let person = 0; person < interactions.byPerson.rows; person += 1) {
        const had = rowOf(interactions.byPerson, person);
        const ours = scores(whitened, had, settings.alpha, { common: [], ridge: 1 });
        const theirs = scores(exact, had, settings.alpha, { common: exact, ridge: settings.regularization });
        ours.forEach((score, item) => {
          expect(Math.abs(score - (theirs[item] as number))).toBeLessThan(MAX_DIFFERENCE);
        });
      }
    },
  );
});

property.prop([trainingSets, alsSettings])(
  "the same set and seed give the same bytes, another seed gives others",
  (set, settings) => {
    const bytes = trainAls(set, settings, ignore);
    const other = trainAls(set, { ...settings, seed: settings.seed + 1 }, ignore);
    expect(Buffer.compare(trainAls(set, settings, ignore), bytes)).toBe(0);
    expect(Buffer.compare(other, bytes)).not.toBe(0);
  },
);

it("says how far it is after each iteration", () => {
  const said: string[] = [];
  const set: TrainingSet = trainingSetOf([{ train: ["a", "b"] }, { train: ["b"] }]);
  const settings: AlsSettings = {
    trainer: "als",
    factors: 2,
    iterations: 3,
    regularization: 0.1,
    alpha: 5,
    seed: 1,
  };
  trainAls(set, settings, (words) => said.push(words));
  expect(said).toEqual(["iteration 1 of 3", "iteration 2 of 3", "iteration 3 of 3"]);
});

/** Hu, Koren and Volinsky's algorithm as written, row by row, from the same first factors. */
function denseItemFactors({ byPerson, byItem }: Interactions, settings: AlsSettings): number[][] {
  const random = seededRandom(settings.seed);
  const draw = (rows: number) =>
    Array.from({ length: rows }, () => Array.from({ length: settings.factors }, () => 0.01 * random()));
  let people = draw(byPerson.rows);
  let items = draw(byItem.rows);
  for (let iteration = 0; iteration < settings.iterations; iteration += 1) {
    people = solveAll(byPerson, items, settings);
    items = solveAll(byItem, people, settings);
  }
  return items;
}

function solveAll(had: SparseRows, fixed: number[][], { alpha, regularization }: AlsSettings): number[][] {
  return Array.from({ length: had.rows }, (_, row) =>
    solveRow(fixed, rowOf(had, row), alpha, { common: fixed, ridge: regularization }),
  );
}

interface Prior {
  /** Rows that weigh 1 in everybody's matrix. */
  common: readonly number[][];
  ridge: number;
}

function solveRow(rows: number[][], columns: Int32Array, alpha: number, { common, ridge }: Prior): number[] {
  const chosen = Array.from(columns, (column) => rows[column] as number[]);
  const terms = [
    ...common.map((row) => ({ weight: 1, row })),
    ...chosen.map((row) => ({ weight: alpha, row })),
  ];
  const width = (rows[0] as number[]).length;
  const rightSide = Array.from({ length: width }, (_, at) =>
    chosen.reduce((sum, row) => sum + (1 + alpha) * (row[at] as number), 0),
  );
  return solveNormalEquations(terms, rightSide, ridge);
}

function scores(items: number[][], had: Int32Array, alpha: number, prior: Prior): number[] {
  const person = solveRow(items, had, alpha, prior);
  return items.map((row) => inner(row, person));
}
