/** Dense linear algebra on lists, slow and plain, to hold the real one against. */

export function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}

/** x with (ridge · I + Σ weight · row rowᵀ) x = rightSide. */
export function solveNormalEquations(
  terms: readonly { weight: number; row: readonly number[] }[],
  rightSide: readonly number[],
  ridge: number,
): number[] {
  const matrix = rightSide.map((_, i) =>
    rightSide.map((_, j) =>
      terms.reduce(
        (sum, { weight, row }) => sum + weight * (row[i] as number) * (row[j] as number),
        i === j ? ridge : 0,
      ),
    ),
  );
  return solve(matrix, rightSide);
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: readonly number[][], rightSide: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, rightSide[at] as number]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const sizeOf = (row: number[]) => Math.abs(row[column] as number);
    const pivot = rows.slice(column).reduce((best, row) => (sizeOf(row) > sizeOf(best) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows.slice(column + 1)) {
      const factor = (row[column] as number) / (pivot[column] as number);
      for (let at = column; at <= size; at += 1)
        row[at] = (row[at] as number) - factor * (pivot[at] as number);
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let at = size - 1; at >= 0; at -= 1) {
    const row = rows[at] as number[];
    x[at] = ((row[size] as number) - inner(row.slice(at + 1, size), x.slice(at + 1))) / (row[at] as number);
  }
  return x;
}
