import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, addShop } from "../../tests/support/shop.ts";

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
    [{ kind: "baseline", model: null }, "only a freeze is of every model"],
    [{ kind: "thaw", model: null }, "only a freeze is of every model"],
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

it("tells the next days of a definition's calendar, and what overrides it", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  const headers = await server.asProgram("deployer");
  const list = async () => (await server.app.inject({ url: "/api/calendar", headers })).json();
  await addShop(database.db);
  expect(await list()).toEqual([]);
  const sundays = { days: [7], from: "00:00", to: "00:00", timeZone: "Europe/Berlin", reason: "Sunday" };
  await addShop(database.db, "shop", { freezes: [sundays] });
  const [next, ...more] = await list();
  expect(more.length).toBeLessThan(2);
  expect(next).toMatchObject({ model: "shop", reason: "Sunday", overriddenUntil: null });
  expect(new Date(next.from).toLocaleString("en", { timeZone: "Europe/Berlin", weekday: "long" })).toBe(
    "Sunday",
  );
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const payload = { kind: "thaw", model: "shop", until, reason: "urgent" };
  await server.app.inject({ method: "POST", url: "/api/safeguards", payload, headers });
  expect(await list()).toMatchObject([{ overriddenUntil: until }, ...more]);
});
