import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion } from "../../tests/support/shop.ts";

it("puts up, lists and lifts; refuses what makes no sense and who may not", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  await addLiveVersion(database.db);
  const headers = await server.asProgram("deployer");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { kind: "freeze", model: "shop", until, reason: "holidays" };
  const post = (payload: object, as = headers) =>
    server.app.inject({ method: "POST", url: "/api/safeguards", payload, headers: as });
  const lift = (id: string) => server.app.inject({ method: "DELETE", url: `/api/safeguards/${id}`, headers });
  const list = async () => (await server.app.inject({ url: "/api/safeguards", headers })).json();

  const made = await post(wanted);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ ...wanted, by: "deployer-1", liftedAt: null });
  expect(await list()).toEqual([made.json()]);
  expect((await post(wanted, await server.asProgram("reviewer"))).statusCode).toBe(403);
  for (const [change, said] of [
    [{ kind: "baseline", model: null }, "name the model whose popularity list"],
    [{ kind: "baseline", from: until }, "which begins now; leave it out"],
    [{ until: "soon" }, "until"],
    [{ reason: "" }, "say why"],
  ] as const) {
    const refused = await post({ ...wanted, ...change });
    expect([refused.statusCode, refused.body]).toEqual([400, expect.stringContaining(said)]);
  }
  expect((await post({ ...wanted, model: "none" })).statusCode).toBe(404);
  expect(await list()).toEqual([made.json()]);

  expect((await lift("7")).statusCode).toBe(400);
  expect((await lift(randomUUID())).statusCode).toBe(404);
  expect((await lift(made.json().id)).statusCode).toBe(204);
  expect((await lift(made.json().id)).statusCode).toBe(204);
  expect(await list()).toEqual([]);
});
