import protocol, { type onnx } from "onnx-proto";
import { BrokenPromise } from "../core/errors.ts";
import { RECOMMENDER_SIGNATURE, type TensorSpec } from "../core/signature.ts";
import { findOversize } from "./graph-size.ts";
import { OPERATORS } from "./operators.ts";

const { DataType } = protocol.onnx.TensorProto;

/** ONNX's names of the types that a signature uses. */
const TYPE_NAMES: Record<number, string> = {
  [DataType.STRING]: "string",
  [DataType.INT64]: "int64",
  [DataType.FLOAT]: "float32",
};

/**
 * Looks at a model's file before ONNX Runtime does: the signature must be the recommenders' own, all data inside the
 * file, every operator one of those that they use, and none of them could give much more than the file holds.
 * @throws {BrokenPromise} with the first thing that is wrong
 */
export function assertRecommenderFile(bytes: Uint8Array): void {
  const { graph, functions, trainingInfo, opsetImport } = decode(bytes);
  if (!graph) throw broken("it has no graph");
  if (functions?.length || trainingInfo?.length) throw broken("it brings functions or training of its own");
  const foreign = opsetImport?.find(({ domain }) => !Object.hasOwn(OPERATORS, domain ?? ""));
  if (foreign) throw broken(`it uses the operator set "${foreign.domain}", which no recommender needs`);
  const initializers = new Set(graph.initializer?.map((tensor) => tensor.name));
  assertSpecs(
    "inputs",
    graph.input?.filter((input) => !initializers.has(input.name)),
  );
  assertSpecs("outputs", graph.output);
  const tensors = [...(graph.initializer ?? [])];
  for (const node of graph.node ?? []) {
    const allowed: readonly string[] | undefined = OPERATORS[(node.domain ?? "") as keyof typeof OPERATORS];
    if (!allowed?.includes(node.opType ?? ""))
      throw broken(`it uses the operator "${node.opType}", which no recommender needs`);
    for (const { t, tensors: more, g, graphs } of node.attribute ?? []) {
      if (g || graphs?.length) throw broken(`its operator "${node.opType}" holds a graph of its own`);
      tensors.push(...(t ? [t] : []), ...(more ?? []));
    }
  }
  for (const { name, dataLocation, externalData } of tensors)
    if (dataLocation || externalData?.length) throw broken(`its tensor "${name}" lies in another file`);
  if (graph.sparseInitializer?.length) throw broken("it has sparse tensors");
  const oversize = findOversize(graph);
  if (oversize) throw broken(oversize);
}

function decode(bytes: Uint8Array): onnx.IModelProto {
  try {
    return protocol.onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw broken("its bytes are no ONNX file", error);
  }
}

function assertSpecs(
  side: "inputs" | "outputs",
  found: readonly onnx.IValueInfoProto[] | null | undefined,
): void {
  const written = (found ?? []).map((value) => describe(specOf(value))).join(", ");
  const wanted = RECOMMENDER_SIGNATURE[side].map(describe).join(", ");
  if (written !== wanted) throw broken(`its ${side} are ${written || "none"}, not ${wanted}`);
}

function specOf({ name, type }: onnx.IValueInfoProto): TensorSpec {
  const { elemType, shape } = type?.tensorType ?? {};
  return {
    name: name ?? "",
    type: TYPE_NAMES[elemType ?? 0] ?? `type ${elemType}`,
    shape: (shape?.dim ?? []).map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
  };
}

function describe({ name, type, shape }: TensorSpec): string {
  return `${name} ${type}[${shape.join(", ")}]`;
}

function broken(what: string, cause?: unknown): BrokenPromise {
  return new BrokenPromise(`recommender: ${what}; restore the artifact, or train it again`, { cause });
}
