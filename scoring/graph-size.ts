import type { onnx } from "onnx-proto";

/** Longest history that the bound reckons with; ids beside the model's own items change nothing in an answer. */
const LONGEST_HISTORY = 100_000;
/** No value of a recommender holds more than its constants do together; the rest is leeway for short histories. */
const MOST_TIMES = 4;
/** ALS of 1,000 factors takes some ten thousand. */
const MOST_NODES = 20_000;

/** Upper bounds of a value's dimensions. */
type Shape = readonly number[];
type Constants = ReadonlyMap<string, readonly number[]>;

/**
 * Why the graph could take more memory than its file leads one to expect; undefined when it cannot. Goes through the
 * operators in order and bounds each value's shape, so that a small file cannot fill the machine: two thin constants
 * multiplied would be enough for that, already while it is loaded.
 */
export function findOversize(graph: onnx.IGraphProto): string | undefined {
  const nodes = graph.node ?? [];
  if (nodes.length > MOST_NODES) return `it has ${nodes.length} operators, more than ${MOST_NODES}`;
  const shapes = new Map<string, Shape>([
    ["history", [LONGEST_HISTORY]],
    ["k", [1]],
  ]);
  const constants = new Map<string, readonly number[]>();
  let held = LONGEST_HISTORY;
  for (const tensor of graph.initializer ?? []) {
    const shape = (tensor.dims ?? []).map(Number);
    if (shape.some((size) => !(size >= 0)) || elementsOf(shape) > elementsIn(tensor))
      return `its tensor "${tensor.name}" says it is larger than its data`;
    shapes.set(tensor.name ?? "", shape);
    constants.set(tensor.name ?? "", wholeNumbers(tensor));
    held += elementsOf(shape);
  }
  for (const node of nodes) {
    const inputs = (node.input ?? []).map((name) => shapes.get(name));
    if (inputs.includes(undefined)) return `its operator "${node.name}" takes what nothing before it gives`;
    const shape = shapeOf(node, inputs as Shape[], constants);
    if (shape === undefined) return `its operator "${node.name}" gives who knows how much`;
    if (elementsOf(shape) > MOST_TIMES * held)
      return `its operator "${node.name}" could give ${elementsOf(shape)} numbers, where the whole file holds ${held}`;
    for (const output of node.output ?? []) shapes.set(output, shape);
  }
  return undefined;
}

/** Undefined when the operator's shape cannot be bounded from what is written down. */
function shapeOf(node: onnx.INodeProto, inputs: readonly Shape[], constants: Constants): Shape | undefined {
  const [first = [], second = []] = inputs;
  const written = (input: number) => constants.get(node.input?.[input] ?? "");
  const attribute = (name: string) => node.attribute?.find((one) => one.name === name);
  switch (node.opType) {
    case "Shape":
      return [first.length];
    case "NonZero":
      return [first.length, elementsOf(first)];
    case "Transpose":
      return (attribute("perm")?.ints ?? first.map((_, axis) => first.length - 1 - axis)).map(
        (axis) => first[Number(axis)] ?? Number.POSITIVE_INFINITY,
      );
    case "Gather": {
      const axis = Number(attribute("axis")?.i ?? 0);
      return [...first.slice(0, axis), ...second, ...first.slice(axis + 1)];
    }
    case "MatMul":
      return matrixProduct(first, second);
    case "Reshape":
      return reshaped(first, written(1));
    case "ReduceSum": {
      const axes = written(1) ?? (inputs.length > 1 ? undefined : first.map((_, axis) => axis));
      if (attribute("keepdims") && Number(attribute("keepdims")?.i) === 0)
        return axes && first.filter((_, axis) => !axes.includes(axis));
      return axes && first.map((size, axis) => (axes.includes(axis) ? 1 : size));
    }
    // Those that answer in the shape of what they are given, or less of it.
    case "Cast":
    case "LabelEncoder":
    case "Not":
    case "ScatterElements":
    case "Sign":
    case "Slice":
    case "TopK":
      return first;
    default:
      return inputs.reduce(broadcast, []);
  }
}

function broadcast(one: Shape, other: Shape): Shape {
  const rank = Math.max(one.length, other.length);
  const at = (shape: Shape, place: number) => shape[place - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, place) => Math.max(at(one, place), at(other, place)));
}

function matrixProduct(left: Shape, right: Shape): Shape {
  const rows = left.length > 1 ? left.slice(-2, -1) : [];
  const columns = right.length > 1 ? right.slice(-1) : [];
  return [...broadcast(left.slice(0, -2), right.slice(0, -2)), ...rows, ...columns];
}

function reshaped(from: Shape, to: readonly number[] | undefined): Shape | undefined {
  return to?.map((size, place) => (size > 0 ? size : size === 0 ? (from[place] ?? 0) : elementsOf(from)));
}

function elementsOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** How many numbers or texts a tensor's data could hold. */
function elementsIn(tensor: onnx.ITensorProto): number {
  const lists = [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData, tensor.uint64Data];
  const longest = Math.max(...lists.map((list) => list?.length ?? 0), tensor.stringData?.length ?? 0);
  return Math.max(longest, tensor.rawData?.length ?? 0);
}

/** The values of a short list of int64, as sizes and axes are written; empty for anything else. */
function wholeNumbers({ dataType, rawData, dims }: onnx.ITensorProto): readonly number[] {
  const INT64 = 7;
  const MOST = 8;
  if (dataType !== INT64 || !rawData || (dims ?? []).length !== 1 || rawData.length > MOST * 8) return [];
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.length / 8 }, (_, at) => Number(view.getBigInt64(at * 8, true)));
}
