/**
 * The Open Inference Protocol, version 2, over HTTP and JSON: what a recommender's tensors look like there.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { z } from "zod";
import { InvalidInput } from "./errors.ts";
import { didYouMean, quoteAll } from "./faults.ts";
import { RECOMMENDER_SIGNATURE, type TensorSpec } from "./signature.ts";

/** Longest history, and most items to answer. */
const MOST_ELEMENTS = 1_000;
const DATATYPES = { string: "BYTES", int64: "INT64", float32: "FP32" } as const;
/** A protocol's dimension that varies. */
const VARIES = -1;

/** The protocol lets a server define some; this one has none, and what it doesn't know it doesn't ignore. */
const noParameters = z.strictObject({}).optional();
const name = z.string().max(200, "is too long; write 200 characters at most");
const inputSchema = z.strictObject({
  name,
  shape: z.array(z.int().min(0, "is negative; write the length of each dimension")).max(8),
  datatype: z.string().max(20),
  parameters: noParameters,
  data: z
    .array(
      z.union([z.string().max(200, "is too long; write 200 characters at most"), z.number(), z.boolean()]),
    )
    .max(MOST_ELEMENTS, `has too many entries; send ${MOST_ELEMENTS} at most`),
});
export const inferAskedSchema = z.strictObject({
  id: name.optional(),
  parameters: noParameters,
  inputs: z.array(inputSchema).max(16),
  outputs: z
    .array(z.strictObject({ name, parameters: noParameters }))
    .max(16)
    .optional(),
});

const tensorSchema = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });
export const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
export const modelMetadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensorSchema),
  outputs: z.array(tensorSchema),
});
export const inferredSchema = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(tensorSchema.extend({ data: z.array(z.union([z.string(), z.number()])) })),
});
export type InferAsked = z.output<typeof inferAskedSchema>;
export type Inferred = z.output<typeof inferredSchema>;
type Input = InferAsked["inputs"][number];

/** A model's inputs and outputs in the protocol's words. */
export function tensorsOf(side: "inputs" | "outputs"): z.output<typeof tensorSchema>[] {
  return RECOMMENDER_SIGNATURE[side].map((spec: TensorSpec) => ({
    name: spec.name,
    datatype: datatypeOf(spec),
    shape: spec.shape.map((length) => (typeof length === "number" ? length : VARIES)),
  }));
}

/**
 * The tensors that a recommender takes, each checked against its signature.
 * @throws {InvalidInput} with the place in the body, what is there and what to send
 */
export function readTensors({ inputs }: InferAsked): { history: string[]; k: number } {
  assertNames("inputs", inputs);
  for (const [index, input] of inputs.entries()) assertTensor(`body.inputs[${index}]`, input);
  const dataOf = (wanted: string) => {
    const found = inputs.find((input) => input.name === wanted);
    if (!found) throw new InvalidInput(`body.inputs: has no "${wanted}"; send ${namesOf("inputs")}`);
    return found.data;
  };
  const [history, [k]] = [dataOf("history"), dataOf("k")];
  if (typeof k !== "number" || k < 1 || k > MOST_ELEMENTS)
    throw new InvalidInput(`body.inputs: "k" is ${String(k)}; send a number from 1 to ${MOST_ELEMENTS}`);
  return { history: history as string[], k };
}

/** @throws {InvalidInput} the model has no such output, or it is asked for twice */
export function assertOutputs({ outputs = [] }: InferAsked): void {
  assertNames("outputs", outputs);
}

/** The outputs that were asked for, in that order; all of them, where none was named. */
export function writeTensors(
  { outputs }: InferAsked,
  answer: readonly { itemId: string; score: number }[],
): Inferred["outputs"] {
  const data: Record<string, (string | number)[]> = {
    items: answer.map(({ itemId }) => itemId),
    scores: answer.map(({ score }) => score),
  };
  const all = tensorsOf("outputs").map((tensor) => ({
    ...{ name: tensor.name, datatype: tensor.datatype, shape: [answer.length] },
    data: data[tensor.name] ?? [],
  }));
  return outputs?.length ? outputs.flatMap((wanted) => all.filter((one) => one.name === wanted.name)) : all;
}

function assertNames(side: "inputs" | "outputs", written: readonly { name: string }[]): void {
  const known = RECOMMENDER_SIGNATURE[side].map((spec) => spec.name as string);
  const seen = new Set<string>();
  for (const [index, one] of written.entries()) {
    const place = `body.${side}[${index}].name: ${JSON.stringify(one.name)}`;
    if (!known.includes(one.name))
      throw new InvalidInput(
        `${place} is not one of the model's ${side}; known are ${namesOf(side)}${didYouMean(one.name, known)}`,
      );
    if (seen.has(one.name)) throw new InvalidInput(`${place} is there twice; send it once`);
    seen.add(one.name);
  }
}

function assertTensor(place: string, { name: wanted, shape, datatype, data }: Input): void {
  const spec: TensorSpec | undefined = RECOMMENDER_SIGNATURE.inputs.find((one) => one.name === wanted);
  if (!spec) return;
  const right = datatypeOf(spec);
  if (datatype !== right)
    throw new InvalidInput(
      `${place}.datatype: ${JSON.stringify(datatype)} is not that of "${wanted}"; send "${right}"`,
    );
  const [length] = spec.shape;
  const isRight = shape.length === spec.shape.length && (typeof length !== "number" || shape[0] === length);
  if (!isRight)
    throw new InvalidInput(
      `${place}.shape: [${shape.join(", ")}] is not that of "${wanted}"; send [${spec.shape.map((one) => (typeof one === "number" ? one : "its length")).join(", ")}]`,
    );
  if (shape[0] !== data.length)
    throw new InvalidInput(
      `${place}.data: has ${data.length} elements, its shape says ${shape[0]}; send as many`,
    );
  const wrong = data.findIndex((one) =>
    right === "BYTES" ? typeof one !== "string" : !Number.isSafeInteger(one),
  );
  if (wrong >= 0)
    throw new InvalidInput(
      `${place}.data[${wrong}]: ${JSON.stringify(data[wrong])} is not of ${right}; send ${right === "BYTES" ? "text" : "a whole number"}`,
    );
}

function datatypeOf({ type }: TensorSpec): string {
  return DATATYPES[type as keyof typeof DATATYPES];
}

function namesOf(side: "inputs" | "outputs"): string {
  return quoteAll(RECOMMENDER_SIGNATURE[side].map((spec) => spec.name));
}
