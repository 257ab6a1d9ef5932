import type { TrainingSet } from "../core/training-set.ts";
import { alsItemFactors } from "./als-factors.ts";
import { answerLength, bestItems, seenItems } from "./answer-graph.ts";
import { GraphBuilder, type Value } from "./graph-builder.ts";
import { interactionsOf } from "./interactions.ts";
import type { AlsSettings, Progress } from "./settings.ts";

/** How far folding in may be from the exact solution, as a share of it. */
const FOLD_IN_ERROR = 1e-4;
/** Stands for "below every score" in a masked place, which is never answered. */
const LOWEST = -3e38;
/** Keeps a division by a residual that has become 0 from giving "not a number". */
const TINY = 1e-30;

/**
 * Implicit ALS as an ONNX file. Its graph holds only the items' factors; whoever asks is folded in from the history
 * with conjugate gradients, so people who came after training are served like all others. A history that holds nothing
 * known gives an empty answer.
 * @throws {InvalidInput} there is nothing to learn from
 */
export function trainAls(set: TrainingSet, settings: AlsSettings, progress: Progress): Uint8Array {
  const interactions = interactionsOf(set);
  const { rows, width, values } = alsItemFactors(interactions, settings, progress);
  const { items } = interactions;

  const graph = new GraphBuilder();
  const seen = seenItems(graph, items);
  // One column an item: a row vector times a wide matrix is what ONNX Runtime multiplies fastest.
  const factors = graph.floats(transposed(values, rows, width), [width, rows]);
  const person = foldIn(graph, { factors, seen: seen.indices, width, alpha: settings.alpha });
  const scores = graph.op("Where", [seen.mask, graph.scalar(LOWEST), graph.op("MatMul", [person, factors])]);
  const unseen = graph.op("Sub", [graph.sizes(rows), seen.count]);
  const available = graph.op("Mul", [unseen, graph.op("Sign", [seen.count])]);
  const length = answerLength(graph, available);
  return graph.finish("als", bestItems(graph, { items, scores, length }));
}

/**
 * Conjugate-gradient steps that make `FOLD_IN_ERROR` sure, for any history. The matrix's eigenvalues lie between 1 and
 * 1 + alpha, so n steps leave an error of at most 2 ((√κ - 1) / (√κ + 1))ⁿ in the matrix's norm, κ = 1 + alpha, times
 * √κ in the ordinary one (Saad 2003, 6.11.3); as many steps as factors are always enough.
 */
export function foldInSteps(alpha: number, factors: number): number {
  const root = Math.sqrt(1 + alpha);
  const steps = Math.log((2 * root) / FOLD_IN_ERROR) / Math.log((root + 1) / (root - 1));
  return Math.min(Math.max(Math.ceil(steps), 1), factors);
}

/** A person's factors x (float [width]) with (I + alpha YᵀY) x = (1 + alpha) Yᵀ1, Y being the rows of the history. */
function foldIn(
  graph: GraphBuilder,
  { factors, seen, width, alpha }: { factors: Value; seen: Value; width: number; alpha: number },
): Value {
  const op = graph.op.bind(graph);
  const tiny = graph.scalar(TINY);
  const turned = op("Gather", [factors, seen], { axis: 1 });
  const history = op("Transpose", [op("Mul", [turned, graph.scalar(alpha)])]);
  const sums = op("ReduceSum", [turned, graph.sizes(1)], { keepdims: 0 });
  let x = graph.floats(new Float32Array(width));
  let residual = op("Mul", [sums, graph.scalar(1 + alpha)]);
  let direction = residual;
  let size = op("MatMul", [residual, residual]);
  for (let steps = foldInSteps(alpha, width); steps > 0; steps -= 1) {
    const image = op("Add", [direction, op("MatMul", [op("MatMul", [direction, turned]), history])]);
    const length = op("Div", [size, op("Max", [op("MatMul", [direction, image]), tiny])]);
    x = op("Add", [x, op("Mul", [length, direction])]);
    if (steps === 1) break;
    residual = op("Sub", [residual, op("Mul", [length, image])]);
    const next = op("MatMul", [residual, residual]);
    direction = op("Add", [residual, op("Mul", [op("Div", [next, op("Max", [size, tiny])]), direction])]);
    size = next;
  }
  return x;
}

function transposed(values: Float64Array, rows: number, width: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < width; column += 1)
      turned[column * rows + row] = values[row * width + column] as number;
  return turned;
}
