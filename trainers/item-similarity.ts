import type { TrainingSet } from "../core/training-set.ts";
import { answerLength, bestItems, seenItems } from "./answer-graph.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { type Interactions, interactionsOf, rowOf } from "./interactions.ts";
import type { ItemSimilaritySettings, Progress } from "./settings.ts";

/** Items between two words of progress. */
const PROGRESS_EVERY = 1_000;

/** Each item's most similar items, in rows of equal width; a row with fewer ends in neighbours of weight 0. */
interface Neighbours {
  width: number;
  items: Int32Array;
  weights: Float32Array;
}

/**
 * Item-to-item similarity as an ONNX file (Sarwar et al. 2001): the score of an item is the sum, over the items of the
 * history, of how similar it is to them, where only each one's nearest neighbours count. Only items with a score above
 * 0 are answered, so a history that holds nothing known gives an empty answer.
 * @throws {InvalidInput} there is nothing to learn from
 */
export function trainItemSimilarity(
  set: TrainingSet,
  settings: ItemSimilaritySettings,
  progress: Progress,
): Uint8Array {
  const interactions = interactionsOf(set);
  const neighbours = findNeighbours(interactions, settings, progress);
  const { items } = interactions;
  const shape = [items.length, neighbours.width];

  const graph = new GraphBuilder();
  const seen = seenItems(graph, items);
  const flat = (rows: string) =>
    graph.op("Reshape", [graph.op("Gather", [rows, seen.indices]), graph.sizes(-1)]);
  const nothing = graph.floats(new Float32Array(items.length));
  const sums = graph.op(
    "ScatterElements",
    [nothing, flat(graph.integers(neighbours.items, shape)), flat(graph.floats(neighbours.weights, shape))],
    { reduction: "add" },
  );
  const scores = graph.op("Where", [seen.mask, graph.scalar(0), sums]);
  const worthShowing = graph.op("Cast", [graph.op("Greater", [scores, graph.scalar(0)])], { to: INT64 });
  const length = answerLength(graph, graph.op("ReduceSum", [worthShowing]));
  return graph.finish("item_similarity", bestItems(graph, { items, scores, length }));
}

/** ONNX's number of the type int64. */
const INT64 = 7;

/**
 * Cosine similarity of the items' columns with shrinkage: both / (sqrt(one · other) + shrinkage), where `both`, `one`
 * and `other` count the people who had them. Of equals the neighbour that stands first among the items.
 */
function findNeighbours(
  { byPerson, byItem, items }: Interactions,
  { neighbours, shrinkage }: ItemSimilaritySettings,
  progress: Progress,
): Neighbours {
  const width = Math.min(neighbours, Math.max(items.length - 1, 1));
  const found = new Int32Array(items.length * width);
  const weights = new Float32Array(items.length * width);
  const nearest = new Nearest(width);
  const together = new Int32Array(items.length);
  for (let item = 0; item < items.length; item += 1) {
    if (item % PROGRESS_EVERY === 0) progress(`${item} of ${items.length} items compared`);
    const others: number[] = [];
    const people = rowOf(byItem, item);
    for (const person of people)
      for (const other of rowOf(byPerson, person)) {
        if (together[other] === 0 && other !== item) others.push(other);
        together[other] = (together[other] as number) + 1;
      }
    nearest.clear();
    for (const other of others) {
      const popularity = Math.sqrt(people.length * rowOf(byItem, other).length);
      nearest.offer(other, (together[other] as number) / (popularity + shrinkage));
    }
    found.set(nearest.items, item * width);
    weights.set(nearest.weights, item * width);
    together[item] = 0;
    for (const other of others) together[other] = 0;
  }
  return { width, items: found, weights };
}

/** The `width` items of greatest weight among those offered, sorted; of equals the first. Places left over weigh 0. */
class Nearest {
  readonly items: Int32Array;
  readonly weights: Float64Array;

  constructor(width: number) {
    this.items = new Int32Array(width);
    this.weights = new Float64Array(width);
  }

  clear(): void {
    this.items.fill(0);
    this.weights.fill(0);
  }

  /** Most offers are worse than the last place, and cost one comparison. */
  offer(item: number, weight: number): void {
    let place = this.items.length;
    while (place > 0 && this.#isWorse(place - 1, item, weight)) place -= 1;
    if (place === this.items.length) return;
    this.items.copyWithin(place + 1, place, this.items.length - 1);
    this.weights.copyWithin(place + 1, place, this.items.length - 1);
    this.items[place] = item;
    this.weights[place] = weight;
  }

  #isWorse(place: number, item: number, weight: number): boolean {
    const there = this.weights[place] as number;
    return there < weight || (there === weight && (this.items[place] as number) > item);
  }
}
