/** The parts that every recommender's graph begins and ends with. */
import type { GraphBuilder, Value } from "./graph-builder.ts";

export interface SeenItems {
  /** For each item whether it is in the history: bool [items]. */
  mask: Value;
  /** The items of the history that the model knows, each once, in the items' order: int64 [seen]. */
  indices: Value;
  /** How many those are: int64 [1]. */
  count: Value;
}

/** Turns the history's ids into indices. Unknown ids fall on one place past the last item, which is then cut off. */
export function seenItems(graph: GraphBuilder, items: readonly string[]): SeenItems {
  const index = graph.op("LabelEncoder", ["history"], {
    keys_strings: items,
    values_int64s: items.map((_, at) => at),
    default_int64: items.length,
  });
  const yes = graph.op("GreaterOrEqual", [index, graph.sizes(0)]);
  const nobody = graph.flags(new Array<boolean>(items.length + 1).fill(false));
  const withUnknown = graph.op("ScatterElements", [nobody, index, yes]);
  const mask = graph.op("Slice", [withUnknown, graph.sizes(0), graph.sizes(items.length)]);
  const indices = indicesOf(graph, mask);
  return { mask, indices, count: graph.op("Shape", [indices]) };
}

/** Places of a mask's `true`: bool [n] in, int64 [found] out. */
export function indicesOf(graph: GraphBuilder, mask: Value): Value {
  return graph.op("Reshape", [graph.op("NonZero", [mask]), graph.sizes(-1)]);
}

/** How many items to answer: `k`, but never more than `available` (int64 [1]) and never fewer than none. */
export function answerLength(graph: GraphBuilder, available: Value): Value {
  return graph.op("Min", [graph.op("Max", ["k", graph.sizes(0)]), available]);
}

/** Answers the `length` (int64 [1]) items with the highest of `scores` (float [items]); of equals the first. */
export function bestItems(
  graph: GraphBuilder,
  { items, scores, length }: { items: readonly string[]; scores: Value; length: Value },
): { items: Value; scores: Value } {
  const [best, places] = graph.ops("TopK", 2, [scores, length]) as [Value, Value];
  return { items: graph.op("Gather", [graph.strings(items), places]), scores: best };
}
