import protocol, { type onnx } from "onnx-proto";
import { RECOMMENDER_SIGNATURE, type TensorSpec } from "../core/signature.ts";
import { domainOf, OPERATOR_SETS, type Operator } from "../scoring/operators.ts";

/** Version of the file format that belongs to the operator sets. */
const IR_VERSION = 8;

const { DataType } = protocol.onnx.TensorProto;
const { AttributeType } = protocol.onnx.AttributeProto;
const TYPE_NUMBERS: Record<string, number> = {
  string: DataType.STRING,
  int64: DataType.INT64,
  float32: DataType.FLOAT,
};

/** A value in the graph: an input, a constant, or what an operator gave. */
export type Value = string;

/** Whole numbers, text, or lists of them; ONNX's other kinds of attributes are not needed. */
type Attribute = number | string | readonly number[] | readonly string[];

/** Puts a recommender's graph together. The same calls give the same bytes. */
export class GraphBuilder {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #initializers: onnx.ITensorProto[] = [];

  floats(values: Float32Array, shape: readonly number[] = [values.length]): Value {
    return this.#constant({ dataType: DataType.FLOAT, dims: [...shape], rawData: littleEndian(values) });
  }

  integers(values: Int32Array, shape: readonly number[] = [values.length]): Value {
    return this.#constant({ dataType: DataType.INT32, dims: [...shape], rawData: littleEndian(values) });
  }

  /** Sizes and positions, which ONNX wants as int64. */
  sizes(...values: number[]): Value {
    return this.#constant({
      dataType: DataType.INT64,
      dims: [values.length],
      rawData: littleEndian(BigInt64Array.from(values, BigInt)),
    });
  }

  /** One number without dimensions. */
  scalar(value: number): Value {
    return this.floats(Float32Array.of(value), []);
  }

  flags(values: readonly boolean[]): Value {
    return this.#constant({
      dataType: DataType.BOOL,
      dims: [values.length],
      rawData: Uint8Array.from(values, Number),
    });
  }

  strings(values: readonly string[]): Value {
    return this.#constant({ dataType: DataType.STRING, dims: [values.length], stringData: values.map(utf8) });
  }

  /** Adds one operator and returns its first output; `outputs` names more than that. */
  op(type: Operator, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    return this.ops(type, 1, inputs, attributes)[0] as Value;
  }

  ops(
    type: Operator,
    outputs: number,
    inputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
  ): Value[] {
    const number = this.#nodes.length;
    const output = Array.from({ length: outputs }, (_, index) => `${type}_${number}_${index}`);
    this.#nodes.push({
      name: `${type}_${number}`,
      opType: type,
      domain: domainOf(type),
      input: [...inputs],
      output,
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
    return output;
  }

  /** The finished file. `items` and `scores` become its outputs. */
  finish(trainer: string, answer: { items: Value; scores: Value }): Uint8Array {
    const names: Record<string, string> = { [answer.items]: "items", [answer.scores]: "scores" };
    const renamed = (values: readonly string[]) => values.map((value) => names[value] ?? value);
    const nodes = this.#nodes.map((node) => ({
      ...node,
      input: renamed(node.input ?? []),
      output: renamed(node.output ?? []),
    }));
    const bytes = protocol.onnx.ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: "holt",
      opsetImport: Object.entries(OPERATOR_SETS).map(([domain, version]) => ({ domain, version })),
      graph: {
        name: trainer,
        node: nodes,
        initializer: this.#initializers,
        input: RECOMMENDER_SIGNATURE.inputs.map(valueInfo),
        output: RECOMMENDER_SIGNATURE.outputs.map(valueInfo),
      },
    }).finish();
    return Uint8Array.from(bytes); // a Buffer until here, whose slice() would share its memory
  }

  #constant(tensor: onnx.ITensorProto): Value {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ ...tensor, name });
    return name;
  }
}

function attributeOf(name: string, value: Attribute): onnx.IAttributeProto {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: utf8(value) };
  if (typeof value[0] === "string")
    return { name, type: AttributeType.STRINGS, strings: (value as readonly string[]).map(utf8) };
  return { name, type: AttributeType.INTS, ints: [...(value as readonly number[])] };
}

function valueInfo({ name, type, shape }: TensorSpec): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: TYPE_NUMBERS[type] as number, shape: { dim } } } };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** ONNX stores numbers little-endian, as every machine that Node 24 runs on does, too. */
function littleEndian(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
