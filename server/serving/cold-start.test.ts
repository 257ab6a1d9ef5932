/** A server that starts while nothing can be reached, with what an earlier one kept. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { rollback } from "../../operations/rollback.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { addActor } from "../../tests/support/actors.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";
import { addLiveVersion, type StoredRelease, storeModels } from "../../tests/support/shop.ts";

const QUERY = "/v1/models/shop/recommendations?k=3&user=";

/** A server that served two versions, and has ended; what it kept, and who asked it. */
async function served() {
  const database = await testDatabase();
  const servingFolder = await mkdtemp(join(tmpdir(), "holt-kept-"));
  onTestFinished(() => rm(servingFolder, { recursive: true, force: true }));
  const server = await testServer(database, { servingFolder });
  const headers = await server.asProgram("service");
  for (const prefix of ["a", "b"])
    await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts, prefix) });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(2);
  const { items } = (await ask(server, headers)).body;
  const keptTokens = () => readFile(join(servingFolder, "tokens.json"), "utf8").catch(() => "");
  await expect.poll(keptTokens).toContain("service-1");
  return { database, server, servingFolder, headers, items };
}

/** Another server on its folder, with neither PostgreSQL nor artifacts. */
async function startAlone(servingFolder: string): Promise<TestServer> {
  const nowhere = openDatabase("postgresql://holt:none@127.0.0.1:1/none", { applicationName: "holt-test" });
  onTestFinished(nowhere.close);
  return testServer(nowhere, { servingFolder });
}

async function ask(server: TestServer, headers: Record<string, string>, user = "nobody") {
  const answer = await server.app.inject({ url: QUERY + user, headers });
  return {
    status: answer.statusCode,
    retryAfter: answer.headers["retry-after"],
    age: answer.headers["x-holt-knowledge-age"],
    body: answer.json(),
  };
}

it("answers what was live by the models it kept, is ready, and says how old its knowledge is", async () => {
  const { server, servingFolder, headers, items } = await served();
  await server.close();
  const alone = await startAlone(servingFolder);
  const { status, age, body } = await ask(alone, headers);
  expect(status).toBe(200);
  expect(body).toMatchObject({ version: 2, items });
  expect(Number(age)).toBeLessThan(60);
  const health = await alone.app.inject({ url: "/readyz" });
  expect(health.statusCode).toBe(200);
  expect(health.json()).toMatchObject({
    ...{ status: "degraded", localFolder: "ok", models: { shop: { version: 2, problem: null } } },
    knowledgeAgeSeconds: expect.any(Number),
  });
  expect(health.json().database).not.toBe("ok");
});

it("keeps the folder to itself, and in it only what is served and the version before", async () => {
  const { database, server, servingFolder } = await served();
  const artifacts = await storeModels(server.artifacts, "c");
  await addLiveVersion(database.db, { artifacts });
  const kept = async () => (await readdir(join(servingFolder, "artifacts"), { recursive: true })).join(" ");
  await expect.poll(kept).toContain(artifacts.artifact);
  const digests = async () => new Set((await kept()).match(/[0-9a-f]{64}/g)).size;
  await expect.poll(digests).toBe(6); // models, their golden rows and popularity lists of versions 3 and 2
  for (const name of ["live.json", "popularity.json", "tokens.json"])
    expect((await stat(join(servingFolder, name))).mode & 0o777).toBe(0o600);
  expect((await stat(servingFolder)).mode & 0o777).toBe(0o700);
});

it("answers by the popularity lists alone, as they may be copied from another server", async () => {
  const { server, servingFolder, headers, items } = await served();
  await server.close();
  await rm(join(servingFolder, "live.json"));
  await rm(join(servingFolder, "artifacts"), { recursive: true });
  const alone = await startAlone(servingFolder);
  expect(await ask(alone, headers)).toMatchObject({
    status: 200,
    body: { version: 2, fallback: true, items },
  });
});

it("refuses a file that was changed, and says so", async () => {
  const { server, servingFolder, headers } = await served();
  await server.close();
  await rm(join(servingFolder, "live.json"));
  const path = join(servingFolder, "popularity.json");
  await writeFile(path, (await readFile(path, "utf8")).replace("b00", "b19"));
  const alone = await startAlone(servingFolder);
  const { status, retryAfter, body } = await ask(alone, headers);
  expect(status).toBe(503);
  expect(retryAfter).toBe("2");
  expect(body).toMatchObject({ code: "starting" });
  const health = await alone.app.inject({ url: "/readyz" });
  expect(health.statusCode).toBe(503);
  expect(health.json().localFolder).toContain("changed after it was written");
});

it("makes the popularity list anew from a kept model when its file was changed", async () => {
  const { server, servingFolder, headers, items } = await served();
  await server.close();
  const path = join(servingFolder, "popularity.json");
  await writeFile(path, (await readFile(path, "utf8")).replace("b00", "b19"));
  const alone = await startAlone(servingFolder);
  expect(await ask(alone, headers)).toMatchObject({ status: 200, body: { version: 2, items } });
  expect((await alone.app.inject({ url: "/readyz" })).json().localFolder).toContain("changed after");
});

/** Two versions went live without any server; one that starts then, and keeps nothing from before, as a new machine's. */
async function bornLate(
  lose: (
    path: (digest: string) => string,
    of: { first: StoredRelease; second: StoredRelease },
  ) => Promise<unknown>,
) {
  const database = await testDatabase();
  const artifactsFolder = await mkdtemp(join(tmpdir(), "holt-store-"));
  onTestFinished(() => rm(artifactsFolder, { recursive: true }));
  const store = new ArtifactStore(artifactsFolder);
  const [first, second] = [await storeModels(store, "a"), await storeModels(store, "b")];
  for (const artifacts of [first, second]) await addLiveVersion(database.db, { artifacts });
  await addHistories(database, { ann: ["a03", "b03"] });
  const path = (digest: string) => join(artifactsFolder, digest.slice(0, 2), digest);
  await lose(path, { first, second });
  const server = await testServer(database, { artifactsFolder });
  return { server, store, second, headers: await server.asProgram("service") };
}

it("without a copy, answers by the version before as a whole where what is live lost its popularity list, until that is back", async () => {
  let list: Uint8Array = new Uint8Array();
  const { server, store, headers } = await bornLate(async (path, { second }) => {
    list = await readFile(path(second.fallback));
    await rm(path(second.fallback));
  });
  const insteadOf = { version: 2, because: "not_loaded" };
  expect(await ask(server, headers, "ann")).toMatchObject({
    status: 200,
    body: { version: 1, fallback: false, arm: "champion", insteadOf },
  });
  expect(await ask(server, headers)).toMatchObject({
    status: 200,
    body: { version: 1, fallback: true, insteadOf },
  });
  expect(server.live.states()["shop"]).toEqual({
    version: 1,
    problem: expect.stringContaining("version 2: artifact "),
    warm: [],
  });
  await store.put(list);
  await expect.poll(() => server.live.states()["shop"]).toEqual({ version: 2, problem: null, warm: [1] });
  expect((await ask(server, headers, "ann")).body).not.toHaveProperty("insteadOf");
});

it("without a copy, answers by a list of the version before where nothing else can be had", async () => {
  const { server, headers } = await bornLate(async (path, { first, second }) => {
    for (const digest of [first.artifact, second.fallback]) await rm(path(digest));
  });
  expect(await ask(server, headers, "ann")).toMatchObject({
    status: 200,
    body: { version: 1, fallback: true, insteadOf: { version: 2 } },
  });
});

it("without a copy and without anything that was ever live, says that it cannot answer, and not that nothing was live", async () => {
  const { server, headers } = await bornLate(async (path, { first, second }) => {
    for (const digest of [first.fallback, second.fallback]) await rm(path(digest));
  });
  expect(await ask(server, headers, "ann")).toMatchObject({
    status: 503,
    retryAfter: "2",
    body: { code: "model_away", detail: expect.stringContaining("what is live could not be loaded") },
  });
  expect(server.live.held()).toEqual([
    { model: "shop", version: 2, problem: expect.stringContaining("version 2: artifact ") },
  ]);
});

it("has what is live in mind, and its parts, while the version before answers", async () => {
  const { database, server, servingFolder, headers } = await served();
  await server.close();
  const live = async () => JSON.parse(await readFile(join(servingFolder, "live.json"), "utf8")).body.live[0];
  const { artifactDigest, fallbackDigest } = (await live()).release;
  const copyOf = (digest: string) => join(servingFolder, "artifacts", digest.slice(0, 2), digest);
  await rm(copyOf(fallbackDigest));
  await rm(join(servingFolder, "popularity.json"));
  const insteadOf = { version: 2, because: "not_loaded" };
  const next = await testServer(database, { servingFolder });
  expect((await ask(next, headers)).body).toMatchObject({ version: 1, insteadOf });
  await expect
    .poll(() => readFile(join(servingFolder, "popularity.json"), "utf8").catch(() => ""))
    .toContain("a00");
  await next.close();
  expect(await live()).toMatchObject({ version: 2 });
  expect((await stat(copyOf(artifactDigest))).isFile()).toBe(true);
  const alone = await startAlone(servingFolder);
  expect((await ask(alone, headers)).body).toMatchObject({ version: 1, insteadOf });
});

it("does not go back to what it kept when PostgreSQL says something newer", async () => {
  const { database, server, servingFolder, headers } = await served();
  const erin = await addActor(server.operations, "deployer");
  await server.close();
  await rollback({ database }, erin, "shop", { expectedVersion: 2, toVersion: 1, reason: "worse" });
  const next = await testServer(database, { servingFolder });
  for (const bytes of ["a", "b"]) await storeModels(next.artifacts, bytes);
  await expect.poll(() => next.live.states()["shop"]).toMatchObject({ version: 1, problem: null });
  expect((await ask(next, headers)).body).toMatchObject({ version: 1, items: [{ id: "a00" }, {}, {}] });
});

it("keeps the flip that it saw last when PostgreSQL comes back from an older backup, and says so", async () => {
  const { database, server, servingFolder } = await served();
  await server.close();
  await database.db.updateTable("live").set({ fence: 1, version: 1 }).execute();
  const next = await testServer(database, { servingFolder });
  await expect
    .poll(() => next.live.states()["shop"])
    .toEqual({
      version: 2,
      problem: "PostgreSQL says version 1 by flip 1, and flip 2 was served already",
      warm: [1],
    });
});

it("lets in who asked before, for recommendations alone, and nobody else", async () => {
  const { database, server, servingFolder, headers } = await served();
  const { authorization: unused } = await server.asProgram("service");
  const revoked = await server.asProgram("service");
  expect((await ask(server, revoked)).status).toBe(200);
  await expect.poll(() => readFile(join(servingFolder, "tokens.json"), "utf8")).toContain("service-3");
  await database.db
    .updateTable("token")
    .set({ revoked_at: new Date() })
    .where("person_id", "=", ({ selectFrom }) =>
      selectFrom("person").select("id").where("name", "=", "service-3"),
    )
    .execute();
  await expect.poll(async () => (await ask(server, revoked)).status).toBe(401);
  await server.close();
  const file = await readFile(join(servingFolder, "tokens.json"), "utf8");
  expect(file).not.toContain(headers.authorization.split(" ")[1]);
  const alone = await startAlone(servingFolder);
  expect((await ask(alone, headers)).status).toBe(200);
  for (const others of [revoked, { authorization: unused }])
    expect((await ask(alone, others)).status).toBe(503);
  expect((await alone.app.inject({ url: "/api/models", headers })).statusCode).toBe(503);
});

it("serves all the same when the folder cannot be written, and says so once, without its path", async () => {
  const database = await testDatabase();
  const home = await mkdtemp(join(tmpdir(), "holt-full-"));
  onTestFinished(() => rm(home, { recursive: true }));
  await writeFile(join(home, "file"), "");
  const server = await testServer(database, { servingFolder: join(home, "file", "serving") });
  const headers = await server.asProgram("service");
  await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts, "a") });
  await expect.poll(async () => (await ask(server, headers)).status).toBe(200);
  const health = async () => (await server.app.inject({ url: "/readyz" })).json();
  await expect
    .poll(health)
    .toMatchObject({ status: "degraded", localFolder: "could not be read or written (ENOTDIR)" });
  const reports = () => server.problems.filter(({ message }) => message.includes("mkdir")).length;
  const before = reports();
  for (let look = 0; look < 3; look++) await server.live.look();
  expect(reports()).toBe(before);
});
