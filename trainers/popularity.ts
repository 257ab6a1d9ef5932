import { InvalidInput } from "../core/errors.ts";
import type { TrainingSet } from "../core/training-set.ts";
import { answerLength, indicesOf, seenItems } from "./answer-graph.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { countPeople } from "./interactions.ts";

/**
 * The list of all items by the number of people who had them, as an ONNX file; of equals the id that is first by code
 * unit. Its graph answers everybody, without a history too, and a score is that number of people.
 * @throws {InvalidInput} the set has no items
 */
export function trainPopularity(set: TrainingSet): Uint8Array {
  if (set.items.length === 0)
    throw new InvalidInput('training set: it has no items; look at the feature table "items"');
  const counts = countPeople(set);
  const order = [...set.items.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const items = order.map((item) => set.items[item] as string);

  const graph = new GraphBuilder();
  const unseen = indicesOf(graph, graph.op("Not", [seenItems(graph, items).mask]));
  const length = answerLength(graph, graph.op("Shape", [unseen]));
  const best = graph.op("Slice", [unseen, graph.sizes(0), length]);
  const scores = graph.floats(Float32Array.from(order, (item) => counts[item] as number));
  return graph.finish("popularity", {
    items: graph.op("Gather", [graph.strings(items), best]),
    scores: graph.op("Gather", [scores, best]),
  });
}
