import { type Interactions, rowOf, type SparseRows } from "./interactions.ts";
import {
  addScaled,
  cholesky,
  dot,
  gram,
  type Matrix,
  multiplyTransposed,
  solveLower,
  solveTransposed,
  zeros,
} from "./linear-algebra.ts";
import { seededRandom } from "./random.ts";
import type { AlsSettings, Progress } from "./settings.ts";

/**
 * Conjugate gradients end when the residual's square is this share of the right side's. A smaller one costs time and no
 * longer moves NDCG on the example's data (1e-2 does); each half step begins where the last one ended.
 */
const TOLERANCE = 1e-6;
/** Size of the first factors: small, so that the first half step sees hardly more than the counts. */
const FIRST_SCALE = 0.01;

/**
 * Item factors of implicit-feedback ALS (Hu, Koren and Volinsky 2008): preference 1 and confidence 1 + alpha for what
 * a person had, preference 0 and confidence 1 for all else. People and items take turns at being solved for. Each half
 * step uses conjugate gradients (Takács, Pilászy and Tikk 2011), preconditioned with what all rows have in common, YᵀY
 * + λI: in that basis (`whiten`) a row's matrix is I + alpha · (its few outer products), whose condition is at most
 * 1 + alpha, so it takes few steps, each as long as the row alone.
 * @returns the items' factors in the whitened basis: the score of item i for a person x is the product of row i with x
 */
export function alsItemFactors(
  { byPerson, byItem }: Interactions,
  { factors, iterations, regularization, alpha, seed }: AlsSettings,
  progress: Progress,
  tolerance = TOLERANCE,
): Matrix {
  const random = seededRandom(seed);
  const people = randomFactors(byPerson.rows, factors, random);
  const items = randomFactors(byItem.rows, factors, random);
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    solveRows(people, byPerson, items, { regularization, alpha, tolerance });
    solveRows(items, byItem, people, { regularization, alpha, tolerance });
    progress(`iteration ${iteration} of ${iterations}`);
  }
  return whiten(items, regularization).whitened;
}

/**
 * Expresses factors in the basis in which YᵀY + ridge · I is the identity: each row y becomes L⁻¹y, L being its
 * Cholesky factor. Products with people in the same basis (Lᵀx) stay what they were.
 */
function whiten(matrix: Matrix, ridge: number): { whitened: Matrix; basis: Matrix } {
  const basis = gram(matrix, ridge);
  cholesky(basis);
  const whitened = { ...matrix, values: matrix.values.slice() };
  for (let row = 0; row < matrix.rows; row += 1) solveLower(basis, whitened.values, row * matrix.width);
  return { whitened, basis };
}

/** One half step: each row of `unknown` becomes the best one for the rows of `fixed` that it had, from where it was. */
function solveRows(
  unknown: Matrix,
  had: SparseRows,
  fixed: Matrix,
  { regularization, alpha, tolerance }: { regularization: number; alpha: number; tolerance: number },
): void {
  const { width } = unknown;
  const { whitened, basis } = whiten(fixed, regularization);
  const solver = conjugateGradients(whitened, alpha, tolerance);
  for (let row = 0; row < unknown.rows; row += 1) {
    const at = row * width;
    multiplyTransposed(basis, unknown.values, at);
    solver(rowOf(had, row), unknown.values, at);
    solveTransposed(basis, unknown.values, at);
  }
}

/** Solves (I + alpha Σ y yᵀ) x = (1 + alpha) Σ y over the rows y of `known` in `columns`, from the x in `x[at …]`. */
function conjugateGradients({ width, values }: Matrix, alpha: number, tolerance: number) {
  const rightSide = new Float64Array(width);
  const residual = new Float64Array(width);
  const direction = new Float64Array(width);
  const image = new Float64Array(width);
  const multiply = (columns: Int32Array, vector: Float64Array, at: number) => {
    for (let n = 0; n < width; n += 1) image[n] = vector[at + n] as number;
    for (const column of columns)
      addScaled(
        image,
        0,
        alpha * dot(values, column * width, vector, at, width),
        values,
        column * width,
        width,
      );
  };
  return (columns: Int32Array, x: Float64Array, at: number): void => {
    rightSide.fill(0);
    for (const column of columns) addScaled(rightSide, 0, 1 + alpha, values, column * width, width);
    const enough = tolerance * dot(rightSide, 0, rightSide, 0, width);
    multiply(columns, x, at);
    residual.set(rightSide);
    addScaled(residual, 0, -1, image, 0, width);
    direction.set(residual);
    let size = dot(residual, 0, residual, 0, width);
    for (let step = 0; step < width && size > enough; step += 1) {
      multiply(columns, direction, 0);
      const length = size / dot(direction, 0, image, 0, width);
      addScaled(x, at, length, direction, 0, width);
      addScaled(residual, 0, -length, image, 0, width);
      const before = size;
      size = dot(residual, 0, residual, 0, width);
      for (let n = 0; n < width; n += 1)
        direction[n] = (residual[n] as number) + (size / before) * (direction[n] as number);
    }
  };
}

function randomFactors(rows: number, width: number, random: () => number): Matrix {
  const matrix = zeros(rows, width);
  for (let n = 0; n < matrix.values.length; n += 1) matrix.values[n] = FIRST_SCALE * random();
  return matrix;
}
