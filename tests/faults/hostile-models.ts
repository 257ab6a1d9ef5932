/** ONNX files that would read other files, run other code, or fill the machine; each a sound model with one change. */
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import protocol, { type onnx } from "onnx-proto";
import type { Random } from "./random.ts";

type Change = (graph: onnx.IGraphProto, model: onnx.IModelProto) => void;

export function changed(bytes: Uint8Array, change: Change): Uint8Array {
  const model = protocol.onnx.ModelProto.decode(bytes);
  change(model.graph as onnx.IGraphProto, model);
  return protocol.onnx.ModelProto.encode(model).finish();
}

/** The model with places that don't exist: it loads, answers whom it knows nothing of, and fails for all others. */
export function failingForKnown(bytes: Uint8Array): Uint8Array {
  return changed(bytes, ({ node }) => {
    const encoder = node?.find(({ opType }) => opType === "LabelEncoder");
    const places = encoder?.attribute?.find(({ name }) => name === "values_int64s");
    if (places) places.ints = (places.ints ?? []).map(() => 1_000_000);
  });
}

/** Puts a file to be read beside, above and behind links; the places that a model could name. */
export async function plantFiles(folder: string): Promise<string[]> {
  const inner = join(folder, "inner");
  await mkdir(inner);
  const canary = join(folder, "canary.bin");
  await writeFile(canary, new Uint8Array(65_536));
  await symlink(canary, join(inner, "symlink.bin"));
  await symlink(folder, join(inner, "folder"));
  await link(canary, join(inner, "hardlink.bin"));
  return [
    "canary.bin",
    "../canary.bin",
    "./../inner/../canary.bin",
    canary,
    `file://${canary}`,
    "symlink.bin",
    "folder/canary.bin",
    "hardlink.bin",
    "*/_ORT_MEM_ADDR_/*",
    "/dev/zero",
    "/proc/self/environ",
    "",
    "..\\canary.bin",
  ];
}

/** Where a tensor may hide in a file, and how it may say that its data is elsewhere. */
const HIDING_PLACES: Record<
  string,
  (graph: onnx.IGraphProto, model: onnx.IModelProto, tensor: onnx.ITensorProto) => void
> = {
  "a constant": ({ initializer }, _, tensor) =>
    Object.assign(initializer?.at(-1) as object, {
      ...tensor,
      rawData: undefined,
      name: initializer?.at(-1)?.name,
    }),
  "a new constant": ({ initializer }, _, tensor) => initializer?.push(tensor),
  "an attribute": ({ node }, _, t) => node?.[0]?.attribute?.push({ name: "t", type: 4, t }),
  "a list in an attribute": ({ node }, _, tensor) =>
    node?.[1]?.attribute?.push({ name: "ts", type: 9, tensors: [tensor] }),
  "a sparse constant": (graph, _, tensor) =>
    (graph.sparseInitializer = [{ values: tensor, indices: tensor, dims: [1] }]),
  "a sparse attribute": ({ node }, _, values) =>
    node?.[0]?.attribute?.push({ name: "s", type: 11, sparseTensor: { values, indices: values, dims: [1] } }),
  "a graph in an attribute": ({ node }, _, tensor) =>
    node?.[0]?.attribute?.push({ name: "g", type: 5, g: { name: "g", initializer: [tensor] } }),
  "a function": (_, model, t) =>
    (model.functions = [
      {
        name: "f",
        domain: "",
        node: [{ opType: "Constant", output: ["c"], attribute: [{ name: "value", type: 4, t }] }],
      },
    ]),
  "a training part": (_, model, tensor) =>
    (model.trainingInfo = [{ initialization: { name: "i", initializer: [tensor] } }]),
};

export function outsideTensors(locations: readonly string[]): [string, Change][] {
  const ways: [string, (location: string) => onnx.ITensorProto][] = [
    ["external", (location) => ({ dataLocation: 1, externalData: [{ key: "location", value: location }] })],
    [
      "external with offset",
      (location) => ({
        dataLocation: 1,
        externalData: [
          { key: "location", value: location },
          { key: "offset", value: "0" },
          { key: "length", value: "65536" },
        ],
      }),
    ],
    [
      "external, but says default",
      (location) => ({ dataLocation: 0, externalData: [{ key: "location", value: location }] }),
    ],
  ];
  return Object.entries(HIDING_PLACES).flatMap(([place, hide]) =>
    locations.flatMap((location) =>
      ways.map(([way, tensorAt]): [string, Change] => [
        `${way} "${location}" in ${place}`,
        (graph, model) =>
          hide(graph, model, { name: "outside", dataType: 1, dims: [16_384], ...tensorAt(location) }),
      ]),
    ),
  );
}

const ones = (rows: number, columns: number): onnx.ITensorProto => ({
  dataType: 1,
  dims: [rows, columns],
  rawData: new Uint8Array(4 * rows * columns),
});
const node = (opType: string, input: string[], more: onnx.INodeProto = {}): onnx.INodeProto => ({
  name: "hostile",
  opType,
  input,
  output: ["hostile"],
  ...more,
});
const body = { name: "body", type: 5, g: { name: "b", node: [node("Loop", ["hostile", "hostile"])] } };

/** Code of one's own, control flow, and small files that become large. */
export const OTHER_CHANGES: [string, Change][] = [
  ...["Loop", "If", "Scan", "SequenceMap"].map((op): [string, Change] => [
    `control flow ${op}`,
    (graph) => graph.node?.push(node(op, ["k"], { attribute: [body] })),
  ]),
  ...["ai.onnx.contrib", "com.microsoft", "evil", "ai.onnx.ml"].map((domain): [string, Change] => [
    `an operator of ${domain}`,
    (graph) => graph.node?.push(node("PyOp", ["k"], { domain })),
  ]),
  ...[
    "ConstantOfShape",
    "Expand",
    "Range",
    "Tile",
    "RandomNormal",
    "EyeLike",
    "Pad",
    "Resize",
    "StringNormalizer",
    "RegexFullMatch",
    "StringSplit",
    "ImageDecoder",
    "Einsum",
  ].map((op): [string, Change] => [`the operator ${op}`, (graph) => graph.node?.push(node(op, ["k"]))]),
  ...["MatMul", "Add", "Mul", "Where"].map((op): [string, Change] => [
    `a product of thin constants by ${op}`,
    (graph) => {
      graph.initializer?.push({ ...ones(60_000, 1), name: "tall" }, { ...ones(1, 60_000), name: "wide" });
      graph.node?.push(node(op, op === "Where" ? ["tall", "wide", "tall"] : ["tall", "wide"]));
    },
  ]),
  [
    "a product that grows step by step",
    (graph) => {
      graph.initializer?.push({ ...ones(3_000, 1), name: "v0" }, { ...ones(1, 3_000), name: "w" });
      for (let step = 0; step < 5; step++)
        graph.node?.push(
          { ...node("MatMul", [`v${step}`, "w"]), output: [`x${step}`] },
          { ...node("Reshape", [`x${step}`, "column"]), output: [`v${step + 1}`] },
        );
      graph.initializer?.push({
        name: "column",
        dataType: 7,
        dims: [2],
        rawData: new Uint8Array(new BigInt64Array([-1n, 1n]).buffer),
      });
    },
  ],
  [
    "the history times itself",
    (graph) => {
      graph.initializer?.push({
        name: "square",
        dataType: 7,
        dims: [2],
        rawData: new Uint8Array(new BigInt64Array([-1n, 1n]).buffer),
      });
      const index = graph.node?.[0]?.output?.[0] ?? "";
      graph.node?.push(
        { ...node("Reshape", [index, "square"]), output: ["column"] },
        node("Add", [index, "column"]),
      );
    },
  ],
  ...[[1e9], [1e5, 1e5], [2 ** 31, 2 ** 31], [-1], [2 ** 53, 2]].map((dims): [string, Change] => [
    `a shape of ${dims.join(" × ")} elements`,
    (graph) => graph.initializer?.push({ name: "huge", dataType: 1, dims, rawData: new Uint8Array(16) }),
  ]),
  [
    "a shape of 10⁹ elements that is used",
    (graph) => Object.assign(graph.initializer?.at(-1) as object, { dims: [1e9] }),
  ],
  [
    "a circle",
    (graph) => Object.assign(graph.node?.[0] as object, { input: [graph.node?.at(-1)?.output?.[0] ?? ""] }),
  ],
  ["a node that takes its own output", (graph) => graph.node?.push(node("Not", ["hostile"]))],
  ["the same output twice", (graph) => graph.node?.push({ ...(graph.node[0] as onnx.INodeProto) })],
  [
    "100,000 operators",
    (graph) => {
      for (let at = 0; at < 100_000; at++)
        graph.node?.push({ ...node("Sign", [at ? `n${at - 1}` : "k"]), output: [`n${at}`] });
    },
  ],
  ["an unknown opset", (_, model) => (model.opsetImport = [{ domain: "", version: 9_999 }])],
  ["an opset of somebody's own", (_, model) => model.opsetImport?.push({ domain: "evil", version: 1 })],
  ["another input", (graph) => graph.input?.push({ name: "more", type: { tensorType: { elemType: 8 } } })],
  ["no output", (graph) => (graph.output = [])],
];

/** The bytes with some of them changed, cut, doubled or put elsewhere. */
export function mutant(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  const length = 1 + random.below(16);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(6)) {
    case 0: {
      const flipped = bytes.slice();
      for (let flips = 1 + random.below(4); flips > 0; flips--)
        flipped[random.below(bytes.length)] = random.below(256);
      return flipped;
    }
    case 1:
      return before;
    case 2:
      return Buffer.concat([before, random.bytes(length), after]);
    case 3:
      return Buffer.concat([before, after.subarray(length)]);
    case 4:
      return Buffer.concat([before, after.subarray(0, length), after]);
    default:
      return Buffer.concat([before, Buffer.alloc(length, 0xff), after.subarray(length)]);
  }
}
