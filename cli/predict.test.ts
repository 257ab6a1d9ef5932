import type { AddressInfo } from "node:net";
import getPort from "get-port";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { dataTable } from "../db/data-tables.ts";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { addHistories } from "../tests/support/histories.ts";
import { envOf, type HoltEnv, holt } from "../tests/support/holt.ts";
import { testServer } from "../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../tests/support/shop.ts";

/** A server on a port of its own with version 1 of the shop live, and the environment of a program that asks it. */
async function servedShop(given?: TestDatabase): Promise<HoltEnv> {
  const database = given ?? (await testDatabase());
  const { app, artifacts, live } = await testServer(database);
  await addLiveVersion(database.db, { artifacts: await storeModels(artifacts) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  await expect.poll(() => live.states()["shop"]?.version).toBe(1);
  const { port } = app.server.address() as AddressInfo;
  return { ...(await envOf(database, "service")), HOLT_SERVER_URL: `http://127.0.0.1:${port}` };
}

it("asks the server for one person's recommendations, as text and as JSON", async () => {
  const env = await servedShop();
  const text = await holt(["predict", "shop", "--user", "nobody", "-k", "3"], env);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(
    /^shop for nobody: the popularity list \(no history is known, .+\)\nrank +item +score\n +1 +i\d\d .+\n +2 +i\d\d .+\n +3 +i\d\d .+\n$/,
  );
  const json = await holt(["predict", "shop", "--user", "nobody", "--json"], env);
  expect(JSON.parse(json.stdout)).toMatchObject({
    model: "shop",
    version: 1,
    user: "nobody",
    fallback: true,
    recorded: false, // nobody was shown it
  });
});

it("shows titles where the database is at hand, and the same list without them where it isn't", async () => {
  const database = await testDatabase();
  const env = await servedShop(database);
  const items = "data_items_of_predict_test";
  await sql`create table ${dataTable(items)} (item_id text, title text)`.execute(database.db);
  await sql`insert into ${dataTable(items)} select 'i' || lpad(n::text, 2, '0'), 'Item ' || n
    from generate_series(0, 19) n`.execute(database.db);
  await database.db.updateTable("model").set({ items_table: items }).execute();
  const predict = ["predict", "shop", "--user", "nobody", "-k", "2"];
  const titled = await holt(predict, env);
  expect(titled.stdout).toMatch(/\nrank +item +score +title\n +1 +i(\d\d) .+ Item \d+\n +2 .+ Item \d+\n$/);
  const bare = await holt(predict, { ...env, DATABASE_URL: "postgresql://127.0.0.1:1/none" });
  expect(bare).toMatchObject({ code: 0, stderr: "" });
  const withoutTitles = titled.stdout.replace(/ +title$| +Item \d+$/gm, "");
  expect(bare.stdout).toBe(withoutTitles);
});

it("asks by a version of one's choice, live or not, in the name of who may look", async () => {
  const database = await testDatabase();
  await addPerson({ database }, SET_UP, { name: "vera", roles: ["viewer"] });
  const { token } = await issueToken({ database }, SET_UP, { name: "vera", ttlMs: 60_000 });
  const env = { ...(await servedShop(database)), HOLT_TOKEN: token };
  await addHistories(database, { ann: ["i07", "i08"] });
  const told = await holt(["predict", "shop", "--user", "ann", "--version", "1", "-k", "2"], env);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^shop for ann: version 1\nrank +item +score\n +1 +i\d\d .+\n +2 +i\d\d .+\n$/);
  const none = await holt(["predict", "shop", "--user", "ann", "--version", "7"], env);
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"shop" version 7: does not exist'),
  });
});

it("says what the server refuses, and ends with the exit code for it", async () => {
  const env = await servedShop();
  const unknown = await holt(["predict", "nothing", "--user", "u1"], env);
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toContain('"nothing"');
  const tooLong = await holt(["predict", "shop", "--user", "u1", "-k", "1000"], env);
  expect(tooLong).toMatchObject({ code: 2, stdout: "" });
  expect(tooLong.stderr).toBe("query.k: 1000 is too big; write at most 100\n");
  const stranger = await holt(["predict", "shop", "--user", "u1"], { ...env, HOLT_TOKEN: undefined });
  expect(stranger).toMatchObject({ code: 1, stdout: "" });
});

it("says so when no server is there", async () => {
  const url = `http://127.0.0.1:${await getPort()}`;
  expect(await holt(["predict", "shop", "--user", "u1"], { HOLT_SERVER_URL: url })).toEqual({
    code: 1,
    stdout: "",
    stderr: `server: could not be reached at ${url} (ECONNREFUSED); start it, or correct HOLT_SERVER_URL\n`,
  });
});
