import { expect, it } from "vitest";
import type { Batch } from "../../core/batch-api.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion } from "../../tests/support/shop.ts";

it("starts one batch a key, shows it, and ends it once; who may only look starts none", async () => {
  const database = await testDatabase();
  await addLiveVersion(database.db);
  const server = await testServer(database);
  const [engineer, viewer] = [await server.asProgram("submitter"), await server.asProgram("viewer")];
  const post = (url: string, payload: object, headers: Record<string, string> = engineer) =>
    server.app.inject({ method: "POST", url, payload, headers });
  const start = (payload: object, headers = engineer) => post("/api/models/shop/batches", payload, headers);
  const asked = { from: "crm.members", to: "picks", k: 20, layout: "lists" };
  const keyed = { ...engineer, "idempotency-key": "monday" };
  const made = await start(asked, keyed);
  expect([made.statusCode, made.headers.location]).toEqual([201, "/api/batches/shop-b1"]);
  expect(made.json<Batch>()).toMatchObject({
    ...{ id: "shop-b1", version: 1, from: "crm.members", k: 20, state: "running", trigger: "person" },
    ...{
      view: { name: "batches.picks", isShown: false },
      file: null,
      scoredAt: null,
      strangers: "popularity",
    },
  });
  expect((await start(asked, keyed)).json<Batch>().id).toBe("shop-b1");
  expect((await start({ ...asked, k: 5 }, keyed)).statusCode).toBe(409);
  expect((await start(asked)).json()).toMatchObject({
    status: 409,
    detail: expect.stringContaining('"picks" is being written by batch "shop-b1"'),
  });
  expect((await start(asked, viewer)).statusCode).toBe(403);
  expect((await start({ ...asked, from: "public.token" })).json()).toMatchObject({ status: 400 });
  expect((await start({ ...asked, to: "other", version: 9 })).statusCode).toBe(404);
  const listed = await server.app.inject({ url: "/api/batches?model=shop", headers: viewer });
  expect(listed.json<Batch[]>().map(({ id }) => id)).toEqual(["shop-b1"]);
  const answer = (said: string) => post("/api/batches/shop-b1/answers", { answer: said, reason: "so" });
  expect((await answer("retry")).statusCode).toBe(409);
  expect((await answer("cancel")).json<Batch>()).toMatchObject({ state: "cancelled" });
  expect((await answer("cancel")).statusCode).toBe(409);
  expect((await start(asked)).json<Batch>().id).toBe("shop-b2");
});
