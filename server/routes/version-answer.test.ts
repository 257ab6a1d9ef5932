import { expect, it } from "vitest";
import type { VersionAnswer } from "../../core/api.ts";
import { addRule } from "../../db/editorial-rules.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

const RULES = {
  schemaVersion: 1,
  rules: [{ kind: "ban", name: "recalled", item: "old09" }],
  known: ["old09"],
  values: [],
};

/** Version 1 has items `old…` and rules; version 2, of items `i…`, is live. */
async function twoVersions() {
  const database = await testDatabase();
  const server = await testServer(database);
  const rules = await server.artifacts.put(new TextEncoder().encode(JSON.stringify(RULES)));
  await addLiveVersion(database.db, {
    artifacts: { ...(await storeModels(server.artifacts, "old")), rules },
  });
  await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts) });
  await addHistories(database, { dora: ["i07", "i08", "old07", "old08"] });
  await server.live.look();
  const headers = await server.asProgram("viewer");
  const at = (version: string) => `/api/models/shop/versions/${version}/recommendations`;
  const ask = async (version: string, query: string) =>
    (await server.app.inject({ url: `${at(version)}?${query}`, headers })).json() as VersionAnswer & {
      detail: string;
    };
  return { database, server, ask, at };
}

it("answers one person by a version that is not live, by its rules and the editors', and records nothing", async () => {
  const { database, server, ask } = await twoVersions();
  const known = await ask("1", "user=dora&k=4");
  expect(known).toMatchObject({ model: "shop", version: 1, user: "dora", fallback: false });
  expect(known.items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
  const ids = known.items.map(({ id }) => id);
  expect(ids.every((id) => id.startsWith("old"))).toBe(true);
  expect(ids).not.toContain("old09");
  const live = await ask("2", "user=dora&k=4");
  expect(live.items.every(({ id }) => id.startsWith("i"))).toBe(true);
  const { proof } = await addTestPerson(database.db, "reviewer");
  const best = ids[0] as string;
  await addRule(database.db, "shop", { proof, kind: "ban", itemId: best, reason: "recalled" });
  expect((await ask("1", "user=dora&k=4")).items.map(({ id }) => id)).not.toContain(best);
  expect(await ask("1", "user=nobody&k=2")).toMatchObject({
    fallback: true,
    items: [{ rank: 1 }, { rank: 2 }],
  });
  expect(server.live.states()["shop"]?.version).toBe(2);
  expect(await database.db.selectFrom("exposure").select("id").execute()).toEqual([]);
  expect(server.spool.state().waitingBytes).toBe(0);
});

it("says what it cannot answer by, and serves nobody's product", async () => {
  const { server, ask, at } = await twoVersions();
  expect((await ask("3", "user=dora")).detail).toBe(
    'model "shop" version 3: does not exist; see "holt versions shop"',
  );
  expect((await ask("spring", "user=dora")).detail).toContain('alias "spring": is not there');
  expect((await ask("1", "user=dora&k=1000")).detail).toContain("query.k");
  const service = await server.asProgram("service");
  expect((await server.app.inject({ url: `${at("1")}?user=dora`, headers: service })).statusCode).toBe(403);
});
