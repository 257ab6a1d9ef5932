import { expect, it } from "vitest";
import { saveIntake } from "../../db/experiment-intake.ts";
import { saveLook } from "../../db/experiment-looks.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, addShop } from "../../tests/support/shop.ts";

it("plans, starts, lets grow, overrides and ends; refuses what makes no sense and who may not", async () => {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  await addLiveVersion(db);
  await addLiveVersion(db);
  const deployer = await server.asProgram("deployer");
  const viewer = await server.asProgram("viewer");
  const get = (url: string) => server.app.inject({ url: `/api${url}`, headers: viewer });
  const post = (url: string, payload: object, headers = deployer) =>
    server.app.inject({ method: "POST", url: `/api${url}`, payload, headers });

  const none = await get("/models/shop/experiment-plan");
  expect([none.statusCode, none.json().detail]).toEqual([
    400,
    expect.stringContaining('write "experiment" in it'),
  ]);
  await addShop(db, "shop", { experiment: smallExperiment({ traffic: 0.1, growsTo: 0.5 }) });
  const planned = await get("/models/shop/experiment-plan");
  expect(planned.json()).toMatchObject({
    plan: { model: "shop", arms: [{ version: 1 }, { version: 2 }] },
    forecast: { cannotTell: "no whole day with exposures of the model has passed yet", days: null },
  });

  expect((await post("/models/shop/experiments", { reason: "x" }, viewer)).statusCode).toBe(403);
  expect((await post("/models/none/experiments", { reason: "x" })).statusCode).toBe(404);
  expect((await post("/models/shop/experiments", { reason: "" })).statusCode).toBe(400);
  const noSuch = await post("/models/shop/experiments", {
    plan: smallExperiment({ control: "x" }),
    reason: "x",
  });
  expect([noSuch.statusCode, noSuch.json().detail]).toEqual([
    400,
    expect.stringContaining('model "shop": experiment.control: "x" is no arm'),
  ]);
  const { primary: _, ...undecided } = smallExperiment();
  expect((await post("/models/shop/experiments", { plan: undecided, reason: "x" })).statusCode).toBe(400);

  const started = await post("/models/shop/experiments", { reason: "x" });
  expect([started.statusCode, started.json()]).toEqual([
    201,
    expect.objectContaining({ id: "shop-x1", digest: planned.json().digest, endedAt: null }),
  ]);
  expect((await get("/models/shop/experiments")).json()).toEqual([started.json()]);
  const grown = await post("/experiments/shop-x1/traffic", { traffic: 0.5, reason: "x" });
  expect(grown.json()).toMatchObject({ slice: { traffic: 0.5 } });
  expect((await post("/experiments/shop-x1/traffic", { traffic: 0.2, reason: "x" })).statusCode).toBe(409);
  const put = await post("/experiments/shop-x1/overrides", { unit: "qa-1", arm: "treatment", reason: "x" });
  expect(put.json()).toMatchObject({ overrides: 1 });
  const paused = await post("/experiments/shop-x1/pauses", { reason: "the shop is down" });
  expect(paused.json()).toMatchObject({ pauses: [{ until: null, reason: "the shop is down" }] });
  expect((await post("/experiments/shop-x1/pauses", { reason: "again" })).statusCode).toBe(409);
  expect((await post("/experiments/shop-x1/resumes", { reason: "x" }, viewer)).statusCode).toBe(403);
  const resumed = await post("/experiments/shop-x1/resumes", { reason: "it is back" });
  expect(resumed.json()).toMatchObject({
    pauses: [{ until: expect.any(String), resumeReason: "it is back" }],
  });
  const ended = await post("/experiments/shop-x1/ends", { reason: "seen" });
  expect(ended.json()).toMatchObject({ endReason: "seen" });
  expect((await get("/experiments/shop-x1")).json()).toEqual(ended.json());
  expect((await post("/experiments/shop-x1/ends", { reason: "seen" })).statusCode).toBe(409);
  expect((await get("/experiments/none")).statusCode).toBe(404);
});

it("tells all that was found, to pages, programs and as a file", async () => {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  await addLiveVersion(db);
  await addLiveVersion(db);
  const deployer = await server.asProgram("deployer");
  const get = (url: string) => server.app.inject({ url: `/api${url}`, headers: deployer });
  const post = (url: string, payload: object) =>
    server.app.inject({ method: "POST", url: `/api${url}`, payload, headers: deployer });
  await post("/models/shop/experiments", { plan: smallExperiment(), reason: "x" });
  expect((await get("/experiments/shop-x1/report.json")).json()).toMatchObject({
    ...{ experiment: { id: "shop-x1" }, look: null, course: [], days: [], waitsFor: null, shippedArm: null },
  });
  expect((await get("/experiments")).json()).toMatchObject([{ experiment: { id: "shop-x1" }, look: null }]);

  const sampleRatio = { isMismatch: false, p: 1, causes: [] };
  const found = { verdict: "ship", arm: "treatment", reason: "spend rose" } as const;
  await saveLook(
    db,
    "shop-x1",
    { day: 0, ...found, analysis: { counts: [], sampleRatio, arms: [] } },
    { plannedUnits: 900, isMismatch: false, waitsFor: "a person" },
  );
  const day = "2026-11-02";
  await saveIntake(db, "shop-x1", [{ arm: "control", day, units: 4, leftOut: 1 }]);
  expect((await get("/experiments?state=running")).json()).toMatchObject([
    { look: found, waitsFor: "a person" },
  ]);
  expect((await get("/experiments?state=ended")).json()).toEqual([]);
  expect((await get("/experiments?model=other")).json()).toEqual([]);
  expect((await get("/experiments?state=odd")).statusCode).toBe(400);

  await post("/experiments/shop-x1/ships", { arm: "treatment", reason: "it earns more" });
  const told = (await get("/experiments/shop-x1/report.json")).json();
  expect(told).toMatchObject({ look: found, waitsFor: null, shippedArm: "treatment" });
  expect(told.course).toMatchObject([{ day: 0, verdict: "ship", lifts: {} }]);
  expect(told.days).toEqual([{ day, arm: "control", newUnits: 4, leftOut: 1, answers: 0, fallbacks: 0 }]);
  const file = await get("/experiments/shop-x1/report.html");
  expect(file.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(file.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(file.body).toContain("Ended: &quot;treatment&quot; went live");
  expect((await get("/experiments/none/report.html")).statusCode).toBe(404);
});
