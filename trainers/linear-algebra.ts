/**
 * The little linear algebra that ALS needs, on rows of doubles in one array. Plain JavaScript arithmetic is the same to
 * the last bit on every machine, which BLAS libraries are not; sums go by fours, always in the same order.
 */

/** Rows of equal width, one after the other. */
export interface Matrix {
  rows: number;
  width: number;
  values: Float64Array;
}

export function zeros(rows: number, width: number): Matrix {
  return { rows, width, values: new Float64Array(rows * width) };
}

/** Sum of `a[i + n] * b[j + n]` over `length`. */
export function dot(a: Float64Array, i: number, b: Float64Array, j: number, length: number): number {
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let n = 0;
  for (; n + 3 < length; n += 4) {
    one += (a[i + n] as number) * (b[j + n] as number);
    two += (a[i + n + 1] as number) * (b[j + n + 1] as number);
    three += (a[i + n + 2] as number) * (b[j + n + 2] as number);
    four += (a[i + n + 3] as number) * (b[j + n + 3] as number);
  }
  for (; n < length; n += 1) one += (a[i + n] as number) * (b[j + n] as number);
  return one + two + (three + four);
}

/** Adds `factor` times `from[j …]` to `to[i …]`. */
export function addScaled(
  to: Float64Array,
  i: number,
  factor: number,
  from: Float64Array,
  j: number,
  length: number,
): void {
  for (let n = 0; n < length; n += 1) to[i + n] = (to[i + n] as number) + factor * (from[j + n] as number);
}

/** Lower triangle of `rows' transpose · rows + ridge · identity`; above the diagonal stays 0. */
export function gram({ rows, width, values }: Matrix, ridge: number): Matrix {
  const result = zeros(width, width);
  for (let at = 0; at < rows * width; at += width)
    for (let i = 0; i < width; i += 1)
      addScaled(result.values, i * width, values[at + i] as number, values, at, i + 1);
  for (let i = 0; i < width; i += 1)
    result.values[i * width + i] = (result.values[i * width + i] as number) + ridge;
  return result;
}

/** Turns the lower triangle of a positive definite matrix into its Cholesky factor L, in place. @throws {RangeError} it isn't */
export function cholesky({ width, values }: Matrix): void {
  for (let i = 0; i < width; i += 1)
    for (let j = 0; j <= i; j += 1) {
      const rest = (values[i * width + j] as number) - dot(values, i * width, values, j * width, j);
      if (i === j && !(rest > 0)) throw new RangeError("the matrix is not positive definite");
      values[i * width + j] = i === j ? Math.sqrt(rest) : rest / (values[j * width + j] as number);
    }
}

/** Solves L · x = b, where b stands in `vector[at …]` and x takes its place. */
export function solveLower({ width, values }: Matrix, vector: Float64Array, at: number): void {
  for (let i = 0; i < width; i += 1)
    vector[at + i] =
      ((vector[at + i] as number) - dot(values, i * width, vector, at, i)) /
      (values[i * width + i] as number);
}

/** Solves transpose(L) · x = b, where b stands in `vector[at …]` and x takes its place. */
export function solveTransposed({ width, values }: Matrix, vector: Float64Array, at: number): void {
  for (let i = width - 1; i >= 0; i -= 1) {
    const x = (vector[at + i] as number) / (values[i * width + i] as number);
    vector[at + i] = x;
    addScaled(vector, at, -x, values, i * width, i);
  }
}

/** transpose(L) · x for x in `vector[at …]`, in its place. */
export function multiplyTransposed({ width, values }: Matrix, vector: Float64Array, at: number): void {
  for (let i = 0; i < width; i += 1) {
    const x = vector[at + i] as number;
    vector[at + i] = 0;
    addScaled(vector, at, x, values, i * width, i + 1);
  }
}
