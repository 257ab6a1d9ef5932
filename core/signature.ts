/**
 * What every recommender's ONNX graph takes and gives. One graph does the whole job: a person's history in, the best
 * items out, seen items left out, unknown items ignored. No batch dimension: one person a call.
 */
export const RECOMMENDER_SIGNATURE = {
  inputs: [
    { name: "history", type: "string", shape: ["history_length"] },
    { name: "k", type: "int64", shape: [1] },
  ],
  outputs: [
    { name: "items", type: "string", shape: ["answer_length"] },
    { name: "scores", type: "float32", shape: ["answer_length"] },
  ],
} as const;

/** One input or output. */
export interface TensorSpec {
  name: string;
  type: string;
  /** A number, or the name of a dimension that varies. */
  shape: readonly (number | string)[];
}
