import type { AddressInfo } from "node:net";
import getPort from "get-port";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, type HoltEnv, holt } from "../tests/support/holt.ts";
import { testServer } from "../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../tests/support/shop.ts";

/** A server on a port of its own with version 1 of the shop live, and the environment of a program that asks it. */
async function servedShop(): Promise<HoltEnv> {
  const database = await testDatabase();
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
    /^shop for nobody: the popularity list, for a person without a history\nrank +item +score\n +1 +i\d\d .+\n +2 +i\d\d .+\n +3 +i\d\d .+\n$/,
  );
  const json = await holt(["predict", "shop", "--user", "nobody", "--json"], env);
  expect(JSON.parse(json.stdout)).toMatchObject({
    model: "shop",
    version: 1,
    user: "nobody",
    fallback: true,
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
