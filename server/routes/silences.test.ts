import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addShop } from "../../tests/support/shop.ts";

it("silences, lists and lifts; refuses what makes no sense and who may not", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  await addShop(database.db);
  const headers = await server.asProgram("submitter");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { model: "shop", cause: "source:sales", until, reason: "mended" };
  const post = (payload: object, as = headers) =>
    server.app.inject({ method: "POST", url: "/api/silences", payload, headers: as });
  const lift = (id: string) => server.app.inject({ method: "DELETE", url: `/api/silences/${id}`, headers });
  const list = async () => (await server.app.inject({ url: "/api/silences", headers })).json();
  const made = await post(wanted);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ ...wanted, liftedAt: null });
  expect(await list()).toEqual([made.json()]);
  expect((await post(wanted, await server.asProgram("viewer"))).statusCode).toBe(403);
  expect((await post({ ...wanted, model: "none" })).statusCode).toBe(404);
  expect((await post({ ...wanted, until: "soon" })).statusCode).toBe(400);
  expect((await lift("7")).statusCode).toBe(400);
  expect((await lift(randomUUID())).statusCode).toBe(404);
  expect([(await lift(made.json().id)).statusCode, await list()]).toEqual([204, []]);
});
