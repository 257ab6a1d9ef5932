import { InvalidInput } from "../core/errors.ts";
import { type Histories, historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";

/** A yes/no matrix in compressed rows: row `r` has the columns `columns[starts[r]] … columns[starts[r + 1] - 1]`. */
export interface SparseRows {
  rows: number;
  width: number;
  starts: Int32Array;
  columns: Int32Array;
}

/** Who had what at least once, reduced to the items that somebody had: learned models know nothing of the others. */
export interface Interactions {
  /** Ids of the items, in the training set's order. */
  items: string[];
  byPerson: SparseRows;
  byItem: SparseRows;
}

/**
 * The train part as matrices. An item that a person had several times counts once.
 * @throws {InvalidInput} there is nothing to learn from
 */
export function interactionsOf(set: TrainingSet): Interactions {
  const counts = countPeople(set);
  const known = [...counts.keys()].filter((item) => (counts[item] as number) > 0);
  if (known.length === 0)
    throw new InvalidInput(
      'training set: nobody has a single interaction with an item to recommend; look at the feature tables "interactions" and "items"',
    );
  const newIndex = new Int32Array(set.items.length);
  known.forEach((item, index) => {
    newIndex[item] = index;
  });
  const byPerson = distinctRows(set.train, known.length, newIndex);
  return { items: known.map((item) => set.items[item] as string), byPerson, byItem: transpose(byPerson) };
}

/** For each item of the set, how many people had it in the train part. */
export function countPeople(set: TrainingSet): Int32Array {
  const counts = new Int32Array(set.items.length);
  for (let person = 0; person < peopleIn(set.train); person += 1)
    for (const item of new Set(historyOf(set.train, person))) counts[item] = (counts[item] as number) + 1;
  return counts;
}

function distinctRows(histories: Histories, width: number, newIndex: Int32Array): SparseRows {
  const rows = peopleIn(histories);
  const starts = new Int32Array(rows + 1);
  const columns: number[] = [];
  for (let person = 0; person < rows; person += 1) {
    const distinct = new Set(historyOf(histories, person));
    for (const item of [...distinct].sort((a, b) => a - b)) columns.push(newIndex[item] as number);
    starts[person + 1] = columns.length;
  }
  return { rows, width, starts, columns: Int32Array.from(columns) };
}

function transpose({ rows, width, starts, columns }: SparseRows): SparseRows {
  const turnedStarts = new Int32Array(width + 1);
  for (const column of columns) turnedStarts[column + 1] = (turnedStarts[column + 1] as number) + 1;
  for (let column = 0; column < width; column += 1)
    turnedStarts[column + 1] = (turnedStarts[column + 1] as number) + (turnedStarts[column] as number);
  const next = turnedStarts.slice(0, width);
  const turned = new Int32Array(columns.length);
  for (let row = 0; row < rows; row += 1)
    for (const column of columns.subarray(starts[row], starts[row + 1])) {
      const place = next[column] as number;
      turned[place] = row;
      next[column] = place + 1;
    }
  return { rows: width, width: rows, starts: turnedStarts, columns: turned };
}

/** One row's columns; a view, not a copy. */
export function rowOf({ starts, columns }: SparseRows, row: number): Int32Array {
  return columns.subarray(starts[row], starts[row + 1]);
}
