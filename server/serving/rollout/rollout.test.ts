import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Recommendations } from "../../../core/api.ts";
import type { StageKind } from "../../../core/rollout.ts";
import { deploy } from "../../../db/deployments.ts";
import { findRelease } from "../../../db/releases.ts";
import { endRollout, noteStage, startStage } from "../../../db/rollouts.ts";
import { addSafeguard, liftSafeguard } from "../../../db/safeguards.ts";
import { listServers, sumCounts } from "../../../db/servers.ts";
import { registerVersion } from "../../../db/versions.ts";
import { placeOf } from "../../../store/place-of.ts";
import { failingForKnown } from "../../../tests/faults/hostile-models.ts";
import { testDatabase } from "../../../tests/support/database.ts";
import { addHistories } from "../../../tests/support/histories.ts";
import { addTestPerson, decideAs } from "../../../tests/support/reviewed-run.ts";
import { testServer } from "../../../tests/support/server.ts";
import { addLiveVersion, addOpenReview, storeModels } from "../../../tests/support/shop.ts";

const PEOPLE = Array.from({ length: 60 }, (_, at) => `person-${at}`);

/** Version 1 is served, version 2 approved; `stage` begins its stages one after the other. */
async function setUp(change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const headers = await server.asProgram("service");
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts) });
  await addHistories(database, Object.fromEntries(PEOPLE.map((person) => [person, ["i08", "i09"]])));
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  const models = await storeModels(server.artifacts, "i", 10);
  const artifact = await server.artifacts.put(change(await server.artifacts.get(models.artifact)));
  // without golden rows: a changed model would answer them otherwise, and not be loaded
  const run = await addOpenReview(db, { artifacts: { artifact, fallback: models.fallback } });
  await decideAs(db, await addTestPerson(db), run);
  const version = await registerVersion(db, run.runId);
  let next = 0;
  const stage = async (kind: StageKind, share = 0) => {
    if (next > 0) await noteStage(db, { runId: run.runId, stage: next - 1 }, { state: "passed", checks: [] });
    await startStage(db, { runId: run.runId, stage: next }, { version, kind, share });
    const at = next++;
    await expect
      .poll(async () => (await listServers(db)).flatMap(({ versions }) => versions))
      .toContainEqual({ model: "shop", version, problem: null });
    await server.live.look();
    return at;
  };
  const ask = async (user: string) => {
    const answer = await server.app.inject({ url: `/v1/models/shop/recommendations?user=${user}`, headers });
    expect(answer.statusCode).toBe(200);
    return answer.json<Recommendations>();
  };
  const counted = (at: number, arm: "champion" | "canary" | "shadow") =>
    sumCounts(db, { runId: run.runId, stage: at, arm });
  return { db, server, run, version, stage, ask, counted };
}

it("answers people in the share by the new version, and all others by the live one, and counts both", async () => {
  const { run, stage, ask, counted } = await setUp();
  await stage("warm");
  expect((await ask("person-0")).version).toBe(1);
  const at = await stage("canary", 0.3);
  const inShare = PEOPLE.filter((person) => placeOf(run.runId, person) < 0.3);
  expect(inShare.length).toBeGreaterThan(0);
  for (const person of PEOPLE) {
    const expected = inShare.includes(person)
      ? { arm: "canary", version: 2 }
      : { arm: "champion", version: 1 };
    expect(await ask(person)).toMatchObject({ ...expected, fallback: false });
  }
  await expect.poll(() => counted(at, "canary")).toMatchObject({ requests: inShare.length, errors: 0 });
  await expect
    .poll(() => counted(at, "champion"))
    .toMatchObject({ requests: PEOPLE.length - inShare.length, errors: 0, fallbacks: 0 });
  const { latency } = await counted(at, "canary");
  expect(latency.reduce((sum, count) => sum + count)).toBe(inShare.length);
});

it("answers by the live version where the new one's model fails, and counts the failure", async () => {
  const { run, stage, ask, counted } = await setUp(failingForKnown);
  await stage("warm");
  const at = await stage("canary", 0.5);
  const inShare = PEOPLE.filter((person) => placeOf(run.runId, person) < 0.5);
  for (const person of inShare)
    expect(await ask(person)).toMatchObject({ arm: "champion", version: 1, fallback: false });
  await expect
    .poll(() => counted(at, "canary"))
    .toMatchObject({ requests: inShare.length, errors: inShare.length });
  expect(await counted(at, "champion")).toMatchObject({ requests: 0 });
});

it("asks the new version in the shadow, shows the live one's answer, and counts how far they agree", async () => {
  const { stage, ask, counted } = await setUp();
  await stage("warm");
  const at = await stage("shadow");
  for (const person of PEOPLE) expect(await ask(person)).toMatchObject({ arm: "champion", version: 1 });
  await expect.poll(async () => (await counted(at, "shadow")).compared).toBeGreaterThan(PEOPLE.length / 2);
  const { requests, compared, agreement, errors } = await counted(at, "shadow");
  expect(errors).toBe(0);
  expect(requests).toBe(compared);
  // version 2 knows no item after i09, so the lists differ in that one, and share others
  expect(agreement / compared).toBeGreaterThan(0.2);
  expect(agreement / compared).toBeLessThan(1);
});

it("answers nobody any more once the rollout ends", async () => {
  const { db, server, run, stage, ask } = await setUp();
  await stage("warm");
  await stage("canary", 0.999);
  expect((await ask("person-1")).version).toBe(2);
  await endRollout(db, run.runId, "seen enough");
  await expect.poll(async () => (await ask("person-1")).version).toBe(1);
  expect(server.live.held()).toEqual([{ model: "shop", version: 1, problem: null }]);
});

it("goes live as it is, without being loaded again", async () => {
  const { db, server, run, version, stage, ask } = await setUp();
  await stage("warm");
  const artifactDigest = String((await findRelease(db, run.releaseDigest))?.artifactDigest);
  // what would have to be loaded again could not be
  for (const folder of [server.artifactsFolder, join(server.servingFolder, "artifacts")])
    await rm(join(folder, artifactDigest.slice(0, 2), artifactDigest), { force: true });
  await deploy(db, { runId: run.runId, version }, { artifactDigest, reportDigest: run.reportDigest });
  await expect.poll(() => server.live.states()["shop"]).toMatchObject({ version: 2, problem: null });
  expect(await ask("person-1")).toMatchObject({ version: 2, arm: "champion", fallback: false });
  expect(server.problems).toEqual([]);
});

it("shows everybody the popularity list from within 2 s until it is lifted, whichever version is beside", async () => {
  const { db, server, stage, ask } = await setUp();
  await stage("warm");
  await stage("canary", 0.999);
  expect(await ask("person-1")).toMatchObject({ version: 2, arm: "canary", fallback: false });
  const { proof } = await addTestPerson(db, "deployer");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { kind: "baseline", model: "shop", until, reason: "odd lists" } as const;
  const { id } = await addSafeguard(db, { proof, ...wanted });
  await expect.poll(() => ask("person-1")).toMatchObject({ version: 1, arm: "fallback", fallback: true });
  const { items } = await ask("person-1");
  expect(items.map(({ id: item }) => item)).not.toContain("i08"); // what the person had
  // it outlives a start without PostgreSQL
  await expect
    .poll(() => readFile(join(server.servingFolder, "live.json"), "utf8"))
    .toContain(`"baselineUntil":"${until}"`);
  await liftSafeguard(db, { proof, id });
  await expect.poll(() => ask("person-1")).toMatchObject({ version: 2, arm: "canary", fallback: false });
  expect(server.problems).toEqual([]);
});
