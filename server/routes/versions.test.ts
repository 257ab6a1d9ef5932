import { expect, it } from "vitest";
import { addVersionLatency } from "../../db/version-latency.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

async function shopOfTwo() {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const models = await storeModels(server.artifacts);
  await addLiveVersion(db);
  const { runId } = await addLiveVersion(db, { artifacts: models });
  const call = async (
    role: "deployer" | "viewer" | "service",
    method: "GET" | "PUT" | "DELETE",
    at: string,
    payload?: object,
  ) =>
    server.app.inject({
      ...{ method, url: `/api/models/shop/${at}`, headers: await server.asProgram(role) },
      ...(payload && { payload }),
    });
  return { db, server, models, runId, call };
}

it("tells everything about a version that the database and this store have, and says what they lack", async () => {
  const { db, server, models, runId, call } = await shopOfTwo();
  const log = await server.artifacts.put(new TextEncoder().encode("iteration 1 of 3\n"));
  const detail = (of: object) => JSON.stringify(of);
  const step = (name: string, kind: "train" | "evaluate", of: object) => ({
    ...{ run_id: runId, name, kind, position: 9, state: "done" as const, detail: detail(of) },
  });
  await db
    .insertInto("step")
    .values([
      step("train:similar", "train", {
        trainSeconds: 2.5,
        logDigest: log,
        code: { holt: "0.1.0", trainers: 1 },
      }),
      step("evaluate:similar", "evaluate", { answerMs: 0.4 }),
    ])
    .execute();
  await db
    .updateTable("step")
    .set({
      detail: detail({
        ...{
          contentDigest: "c0",
          rowsKept: 90,
          rowsSetAside: 1,
          newestEventTime: null,
          newestKnownTime: null,
        },
        deliveredAt: "2026-11-24T03:00:00.000Z",
      }),
    })
    .where("run_id", "=", runId)
    .where("name", "=", "ingest:sales")
    .execute();
  await addVersionLatency(
    db,
    { model: "shop", version: 2 },
    { answers: 82, p50Ms: 0.2, p99Ms: 1.5, cores: 2 },
  );
  const answer = await call("viewer", "GET", "versions/2");
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    ...{
      model: "shop",
      version: 2,
      candidate: "similar",
      state: "live",
      aliases: [],
      runId,
      importedFrom: null,
    },
    signature: {
      inputs: [{ name: "history", type: "string" }, { name: "k" }],
      outputs: [{ name: "items" }, {}],
    },
    parts: [
      { part: "model", digest: models.artifact, sizeBytes: 1_000 },
      {
        part: "fallback",
        digest: models.fallback,
        sizeBytes: (await server.artifacts.get(models.fallback)).length,
      },
      { part: "golden rows", digest: models.golden },
    ],
    metrics: { k: 10, subjects: [] },
    latency: { answers: 82, p50Ms: 0.2, p99Ms: 1.5, cores: 2 },
    goldenRows: { digest: models.golden, rows: 41 },
    snapshots: [{ source: "sales", contentDigest: "c0", rowsKept: 90, rowsSetAside: 1, reusedFromRun: null }],
    ...{ code: { holt: "0.1.0", trainers: 1 }, trainSeconds: 2.5, trainingLog: "iteration 1 of 3\n" },
    decisions: [{ verdict: "approve", reason: "good" }],
    deployments: [{ kind: "deploy", version: 2, share: 1 }],
  });
  const bare = (await call("viewer", "GET", "versions/1")).json();
  expect(bare).toMatchObject({
    version: 1,
    state: "replaced",
    latency: null,
    goldenRows: null,
    trainingLog: null,
  });
  expect(bare.parts).toMatchObject([{ sizeBytes: 1_000 }, { part: "fallback", sizeBytes: null }]);
  expect((await call("viewer", "GET", "versions/3")).json()).toMatchObject({
    ...{ status: 404, detail: 'model "shop" version 3: does not exist; see "holt versions shop"' },
  });
});

it("gives, moves and takes names of versions, for whoever may roll back, each in the audit log", async () => {
  const { db, call } = await shopOfTwo();
  const named = { version: 1, reason: "shown to marketing" };
  expect((await call("viewer", "PUT", "aliases/spring", named)).statusCode).toBe(403);
  expect((await call("service", "PUT", "aliases/spring", named)).statusCode).toBe(403);
  expect((await call("deployer", "PUT", "aliases/spring", named)).json()).toEqual({
    name: "spring",
    version: 1,
  });
  expect((await call("viewer", "GET", "versions/spring")).json()).toMatchObject({
    version: 1,
    aliases: ["spring"],
  });
  await call("deployer", "PUT", "aliases/spring", { version: 2, reason: "over" });
  expect((await call("viewer", "GET", "versions/spring")).json()).toMatchObject({ version: 2 });
  const refused = async (...of: Parameters<typeof call>) => (await call(...of)).json();
  expect(await refused("deployer", "PUT", "aliases/champion", named)).toMatchObject({ status: 400 });
  expect(await refused("deployer", "PUT", "aliases/a%20b", named)).toMatchObject({ status: 400 });
  expect(await refused("deployer", "PUT", "aliases/next", { version: 9, reason: "x" })).toMatchObject({
    status: 404,
  });
  expect(await refused("deployer", "PUT", "aliases/next", { version: 1, reason: "" })).toMatchObject({
    status: 400,
  });
  expect(await refused("deployer", "DELETE", "aliases/spring")).toMatchObject({ status: 400 });
  expect(await refused("viewer", "DELETE", "aliases/spring?reason=over")).toMatchObject({ status: 403 });
  expect((await call("deployer", "DELETE", "aliases/spring?reason=over")).statusCode).toBe(204);
  expect(await refused("deployer", "DELETE", "aliases/spring?reason=over")).toMatchObject({ status: 404 });
  expect(await refused("viewer", "GET", "versions/spring")).toMatchObject({ status: 404 });
  const entries = await db
    .selectFrom("audit")
    .select(["action", "detail"])
    .where("action", "in", ["set_alias", "remove_alias"])
    .orderBy("id")
    .execute();
  expect(entries).toEqual([
    { action: "set_alias", detail: { version: 1, reason: "shown to marketing" } },
    { action: "set_alias", detail: { version: 2, before: 1, reason: "over" } },
    { action: "remove_alias", detail: { version: 2, reason: "over" } },
  ]);
});
