import { expect, it } from "vitest";
import { addSafeguard } from "../../db/safeguards.ts";
import { failingForKnown } from "../../tests/faults/hostile-models.ts";
import { askedShop } from "../../tests/support/asked-shop.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

const HISTORY = { name: "history", shape: [2], datatype: "BYTES", data: ["i07", "i08"] };
const K = { name: "k", shape: [1], datatype: "INT64", data: [3] };

async function setUp() {
  const shop = await askedShop();
  const call = async (path: string, payload?: object) => {
    const url = `/v2${path}`;
    const asked = payload ? { method: "POST" as const, payload } : {};
    const answer = await shop.server.app.inject({ url, headers: shop.headers, ...asked });
    return { status: answer.statusCode, body: answer.json() };
  };
  const infer = (payload: object, path = "/models/shop/infer") => call(path, payload);
  return { ...shop, call, infer };
}

// What is expected of the bodies is the protocol's text, specification/protocol/inference_rest.md.
it("says what it is, what is ready, and which tensors the live version takes and gives", async () => {
  const { server, call } = await setUp();
  const anybody = async (url: string) => (await server.app.inject({ url })).json();
  expect(await anybody("/v2")).toEqual({
    name: "holt",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    extensions: [],
  });
  expect(await anybody("/v2/health/live")).toEqual({ live: true });
  expect(await anybody("/v2/health/ready")).toEqual({ live: true, ready: true });
  const metadata = {
    ...{ name: "shop", versions: ["1"], platform: "onnx_onnxv1" },
    inputs: [
      { name: "history", datatype: "BYTES", shape: [-1] },
      { name: "k", datatype: "INT64", shape: [1] },
    ],
    outputs: [
      { name: "items", datatype: "BYTES", shape: [-1] },
      { name: "scores", datatype: "FP32", shape: [-1] },
    ],
  };
  for (const path of ["/models/shop", "/models/shop/versions/1"]) {
    expect(await call(path)).toEqual({ status: 200, body: metadata });
    expect(await call(`${path}/ready`)).toEqual({ status: 200, body: { name: "shop", ready: true } });
  }
  const other = await call("/models/shop/versions/7");
  const words = 'model "shop": version "7" does not answer, 1 does; ask for that one';
  expect(other).toMatchObject({ status: 404, body: { code: "not_found", error: words, detail: words } });
});

it("runs the model on tensors and answers the outputs that were asked for, with the request's id, and records nothing", async () => {
  const { get, infer, exposures } = await setUp();
  const { items } = (await get("recommendations?user=ann&k=3&expose=0")).body;
  const ids = items.map(({ id }: { id: string }) => id);
  const scores = items.map(({ score }: { score: number }) => score);
  const whole = {
    ...{ model_name: "shop", model_version: "1", id: "42" },
    outputs: [
      { name: "items", datatype: "BYTES", shape: [3], data: ids },
      { name: "scores", datatype: "FP32", shape: [3], data: scores },
    ],
  };
  const asked = { id: "42", inputs: [HISTORY, K] };
  expect(await infer(asked)).toEqual({ status: 200, body: whole });
  expect(await infer(asked, "/models/shop/versions/1/infer")).toEqual({ status: 200, body: whole });
  const { body } = await infer({ inputs: [K, HISTORY], outputs: [{ name: "scores", parameters: {} }] });
  expect(body).toEqual({ model_name: "shop", model_version: "1", outputs: [whole.outputs[1]] });
  const nothing = await infer({ inputs: [{ ...HISTORY, shape: [0], data: [] }, K] });
  expect(nothing.body.outputs).toMatchObject([
    { shape: [0], data: [] },
    { shape: [0], data: [] },
  ]);
  expect(await exposures()).toEqual([]);
});

it("refuses tensors that aren't the model's, with the place, what is there and what to send", async () => {
  const { infer } = await setUp();
  const error = async (payload: object) => {
    const { status, body } = await infer(payload);
    expect([status, body.code, body.detail]).toEqual([400, "invalid_input", body.error]);
    return body.error;
  };
  const withK = (change: object) => error({ inputs: [HISTORY, { ...K, ...change }] });
  const withHistory = (change: object) => error({ inputs: [{ ...HISTORY, ...change }, K] });
  expect(await error({ inputs: [HISTORY] })).toBe('body.inputs: has no "k"; send "history", "k"');
  expect(await error({ inputs: [HISTORY, K, K] })).toBe(
    'body.inputs[2].name: "k" is there twice; send it once',
  );
  expect(await withHistory({ name: "histroy" })).toBe(
    'body.inputs[0].name: "histroy" is not one of the model\'s inputs; known are "history", "k"; did you mean "history"?',
  );
  expect(await withK({ datatype: "INT32" })).toBe(
    'body.inputs[1].datatype: "INT32" is not that of "k"; send "INT64"',
  );
  expect(await withK({ shape: [1, 1] })).toBe('body.inputs[1].shape: [1, 1] is not that of "k"; send [1]');
  expect(await withHistory({ shape: [3] })).toBe(
    "body.inputs[0].data: has 2 elements, its shape says 3; send as many",
  );
  expect(await withHistory({ data: ["i07", 8] })).toBe(
    "body.inputs[0].data[1]: 8 is not of BYTES; send text",
  );
  expect(await withK({ data: [1.5] })).toBe(
    "body.inputs[1].data[0]: 1.5 is not of INT64; send a whole number",
  );
  expect(await withK({ data: [1_001] })).toBe('body.inputs: "k" is 1001; send a number from 1 to 1000');
  expect(await withHistory({ shape: [1_001], data: Array(1_001).fill("i07") })).toBe(
    "body.inputs[0].data: has too many entries; send 1000 at most",
  );
  expect(await error({ inputs: [HISTORY, K], outputs: [{ name: "logits" }] })).toMatch(
    /^body.outputs\[0\].name: "logits" is not one of the model's outputs/,
  );
  expect(await error({ inputs: [HISTORY, K], parameters: { binary_data_output: true } })).toMatch(
    /^body.parameters.binary_data_output: /,
  );
});

it("says 503, and never a popularity list, when the model fails, or somebody put the list in its place", async () => {
  const { database, server, call, infer } = await setUp();
  const { db } = database;
  const models = await storeModels(server.artifacts);
  const artifact = await server.artifacts.put(failingForKnown(await server.artifacts.get(models.artifact)));
  // without golden rows, which it could not answer either
  await addLiveVersion(db, { artifacts: { artifact, fallback: models.fallback } });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(2);
  const failed = await infer({ inputs: [HISTORY, K] });
  expect(failed).toMatchObject({ status: 503, body: { code: "model_away" } });
  expect(failed.body.error).toMatch(
    /^model "shop" version 2: does not answer now \(recommender: it cannot answer/,
  );
  expect(failed.body.error).not.toMatch(/node_modules|\.ts|\bat /);
  const { proof } = await addTestPerson(db, "deployer");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await addSafeguard(db, { proof, kind: "baseline", model: "shop", until, reason: "odd lists" });
  await expect.poll(async () => (await call("/models/shop/ready")).status).toBe(503);
  expect((await infer({ inputs: [HISTORY, K] })).body.error).toContain("everybody gets the popularity list");
});
