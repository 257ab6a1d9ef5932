import { fc, it as property } from "@fast-check/vitest";
import protocol, { type onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { BrokenPromise } from "../core/errors.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { train } from "../trainers/train.ts";
import { loadRecommender } from "./recommender.ts";

const SET = trainingSetOf([
  { train: ["a", "b", "c"] },
  { train: ["a", "b", "d"] },
  { train: ["b", "d", "e"] },
  { train: ["c", "e", "f"] },
]);
const LIMIT = { maxSizeMb: 1 };
const MODELS = {
  popularity: train(SET, { trainer: "popularity", ...LIMIT }, ignore),
  item_similarity: train(SET, { trainer: "item_similarity", neighbours: 4, shrinkage: 1, ...LIMIT }, ignore),
  als: train(
    SET,
    { trainer: "als", factors: 3, iterations: 2, regularization: 0.1, alpha: 2, seed: 1, ...LIMIT },
    ignore,
  ),
};
const everyModel = it.each(Object.entries(MODELS));

function ignore(): void {}

describe("a recommender", () => {
  everyModel("of %s gives the same answer again, also after it was loaded anew", async (_, bytes) => {
    const [one, other] = [await loadRecommender(bytes), await loadRecommender(bytes)];
    const answer = await one.recommend(["a", "d"], 3);
    expect(answer.length).toBeGreaterThan(0);
    expect(await one.recommend(["a", "d"], 3)).toEqual(answer);
    expect(await other.recommend(["a", "d"], 3)).toEqual(answer);
    await Promise.all([one.close(), other.close()]);
  });

  everyModel("of %s answers 50 requests at once as it does one by one", async (_, bytes) => {
    const recommender = await loadRecommender(bytes);
    const asked = Array.from({ length: 50 }, (_, at) => SET.items.filter((_, item) => (at >> item) & 1));
    const alone = [];
    for (const history of asked) alone.push(await recommender.recommend(history, 3));
    expect(await Promise.all(asked.map((history) => recommender.recommend(history, 3)))).toEqual(alone);
    await recommender.close();
  });

  everyModel("of %s answers no more than there is, however much is asked for", async (_, bytes) => {
    const recommender = await loadRecommender(bytes);
    const answer = await recommender.recommend(["a"], Number.MAX_SAFE_INTEGER);
    expect(answer.length).toBeLessThan(SET.items.length);
    expect(answer.map(({ itemId }) => itemId)).not.toContain("a");
    await recommender.close();
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d as a number of items", async (k) => {
    const recommender = await loadRecommender(MODELS.popularity);
    await expect(recommender.recommend([], k)).rejects.toThrow(`k: ${k} is not a whole number from 1`);
    await recommender.close();
  });

  it("lets the calls under way end when it is closed, and refuses new ones", async () => {
    const recommender = await loadRecommender(MODELS.als);
    const underWay = recommender.recommend(["a"], 3);
    const closed = recommender.close();
    await expect(recommender.recommend(["a"], 3)).rejects.toThrow("recommender: is closed; load it again");
    expect(await underWay).toHaveLength(3);
    await closed;
    await recommender.close();
  });

  it("is not changed by a caller who writes into the bytes afterwards", async () => {
    const bytes = MODELS.als.slice();
    const recommender = await loadRecommender(bytes);
    const before = await recommender.recommend(["a"], 3);
    bytes.fill(0);
    expect(await recommender.recommend(["a"], 3)).toEqual(before);
    await recommender.close();
  });
});

describe("a file that is no recommender", () => {
  it.each([
    ["nothing", new Uint8Array(), "it has no graph"],
    ["text", new TextEncoder().encode("no model at all"), "its bytes are no ONNX file"],
    ["a model cut short", MODELS.als.subarray(0, MODELS.als.length / 2), "its bytes are no ONNX file"],
  ])("is refused: %s", async (_, bytes, message) => {
    await expect(loadRecommender(bytes)).rejects.toThrow(message);
    await expect(loadRecommender(bytes)).rejects.toThrow(BrokenPromise);
  });

  it.each<[string, (graph: onnx.IGraphProto) => void, string]>([
    [
      "another input",
      ({ input }) => {
        (input?.[0] as onnx.IValueInfoProto).name = "user";
      },
      "its inputs are user string[history_length], k int64[1], not history string[history_length], k int64[1]",
    ],
    ["an output less", ({ output }) => output?.pop(), "its outputs are items string[answer_length], not"],
    [
      "an operator of somebody's own",
      ({ node }) => node?.push({ opType: "Shell", domain: "evil", input: [], output: ["x"] }),
      'it uses the operator "Shell", which no recommender needs',
    ],
    [
      "a loop",
      ({ node }) => node?.push({ opType: "Loop", input: [], output: ["x"] }),
      'it uses the operator "Loop", which no recommender needs',
    ],
    [
      "a graph within",
      ({ node }) => node?.[0]?.attribute?.push({ name: "body", type: 5, g: {} }),
      "holds a graph of its own",
    ],
    [
      "weights in another file",
      ({ initializer }) =>
        Object.assign(initializer?.[0] as onnx.ITensorProto, {
          dataLocation: 1,
          externalData: [{ key: "location", value: "weights.bin" }],
        }),
      'its tensor "constant_0" lies in another file',
    ],
    [
      "weights in another file, in an attribute",
      ({ node }) =>
        node?.[0]?.attribute?.push({ name: "t", type: 4, t: { name: "hidden", dataLocation: 1 } }),
      'its tensor "hidden" lies in another file',
    ],
    [
      "a value that nothing gives",
      ({ node }) => {
        (node?.[1] as onnx.INodeProto).input = ["nowhere", "nowhere"];
      },
      'its operator "GreaterOrEqual_1" takes what nothing before it gives',
    ],
    [
      "two thin constants whose product fills the machine",
      ({ node, initializer }) => {
        const ones = { dataType: 1, rawData: new Uint8Array(4 * 50_000) };
        initializer?.push(
          { ...ones, name: "tall", dims: [50_000, 1] },
          { ...ones, name: "wide", dims: [1, 50_000] },
        );
        node?.push({ name: "bomb", opType: "MatMul", input: ["tall", "wide"], output: ["all"] });
      },
      'its operator "bomb" could give 2500000000 numbers, where the whole file holds 200',
    ],
    [
      "a tensor that says it is larger than its data",
      ({ initializer }) =>
        initializer?.push({ name: "huge", dataType: 1, dims: [1e9], rawData: new Uint8Array(4) }),
      'its tensor "huge" says it is larger than its data',
    ],
    [
      "a type of its own for a value in between",
      ({ node }) => {
        (node?.[1] as onnx.INodeProto).opType = "Not";
      },
      "ONNX Runtime cannot load it",
    ],
  ])("is refused: %s", async (_, change, message) => {
    const model = protocol.onnx.ModelProto.decode(MODELS.als);
    change(model.graph as onnx.IGraphProto);
    const bytes = protocol.onnx.ModelProto.encode(model).finish();
    await expect(loadRecommender(bytes)).rejects.toThrow(message);
    await expect(loadRecommender(bytes)).rejects.toThrow(BrokenPromise);
  });

  property.prop([fc.constantFrom(...Object.values(MODELS)), fc.nat(), fc.integer({ min: 1, max: 255 })], {
    numRuns: 300,
  })(
    "with one byte flipped answers, or breaks a promise; it never does anything else",
    async (bytes, at, flip) => {
      const changed = bytes.slice();
      changed[at % bytes.length] = (changed[at % bytes.length] as number) ^ flip;
      try {
        const recommender = await loadRecommender(changed);
        await recommender.recommend(["a", "c"], 3).finally(() => recommender.close());
      } catch (error) {
        expect(error).toBeInstanceOf(BrokenPromise);
      }
    },
  );
});
