/**
 * The operators that a recommender's graph may use, by domain. All are pure and none holds a graph of its own, so a
 * file of these can neither loop nor reach outside itself.
 */
export const OPERATORS = {
  "": [
    "Add",
    "Cast",
    "Div",
    "Gather",
    "Greater",
    "GreaterOrEqual",
    "MatMul",
    "Max",
    "Min",
    "Mul",
    "NonZero",
    "Not",
    "ReduceSum",
    "Reshape",
    "ScatterElements",
    "Shape",
    "Sign",
    "Slice",
    "Sub",
    "TopK",
    "Transpose",
    "Where",
  ],
  "ai.onnx.ml": ["LabelEncoder"],
} as const;

export type Operator = (typeof OPERATORS)[keyof typeof OPERATORS][number];

/** The domain that an operator belongs to. */
export function domainOf(operator: Operator): keyof typeof OPERATORS {
  return (OPERATORS["ai.onnx.ml"] as readonly string[]).includes(operator) ? "ai.onnx.ml" : "";
}

/** Versions of the operator sets that graphs are written in; ONNX Runtime 1.12 and later have them. */
export const OPERATOR_SETS = { "": 17, "ai.onnx.ml": 3 } as const;
