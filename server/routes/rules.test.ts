import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addOpenReview } from "../../tests/support/shop.ts";

it("says, lists and lifts a model's rules; refuses what makes no sense, and who may not", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  await addOpenReview(database.db);
  const headers = await server.asProgram("reviewer");
  const url = "/api/models/shop/rules";
  const wanted = { kind: "pin", itemId: "i07", rank: 1, reason: "tonight" };
  const post = (payload: object, as = headers, to = url) =>
    server.app.inject({ method: "POST", url: to, payload, headers: as });
  const lift = (id: string) => server.app.inject({ method: "DELETE", url: `/api/rules/${id}`, headers });
  const list = async () => (await server.app.inject({ url, headers })).json();

  const made = await post(wanted);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ ...wanted, model: "shop", by: "reviewer-1", until: null });
  expect((await post(wanted, await server.asProgram("deployer"))).statusCode).toBe(403);
  for (const [change, said] of [
    [{ rank: undefined }, "a pin needs one"],
    [{ kind: "ban" }, "is for a pin"],
    [{ kind: "boost", rank: undefined }, "a boost needs one"],
    [{ rank: 101 }, "rank"],
    [{ itemId: "" }, "name the item"],
  ] as const) {
    const refused = await post({ ...wanted, ...change });
    expect([refused.statusCode, refused.body]).toEqual([400, expect.stringContaining(said)]);
  }
  expect((await post(wanted, headers, "/api/models/none/rules")).statusCode).toBe(404);
  expect((await server.app.inject({ url: "/api/models/none/rules", headers })).statusCode).toBe(404);
  expect(await list()).toEqual([made.json()]);
  expect((await lift("7")).statusCode).toBe(400);
  expect((await lift(randomUUID())).statusCode).toBe(404);
  expect((await lift(made.json().id)).statusCode).toBe(204);
  expect((await lift(made.json().id)).statusCode).toBe(204);
  expect(await list()).toEqual([]);
});
