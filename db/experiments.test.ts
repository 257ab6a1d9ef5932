import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { pauseOf } from "../core/experiment/pause.ts";
import { type FrozenPlan, freezePlan } from "../core/experiment-plan.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment, smallHoldout } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { addLiveVersion, addOpenReview } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { saveLook, settleExperiment } from "./experiment-looks.ts";
import {
  endExperiment,
  getExperiment,
  growExperiment,
  listExperiments,
  overrideArm,
  pauseExperiment,
  resumeExperiment,
  startExperiment,
} from "./experiments.ts";
import { addSafeguard, liftSafeguard } from "./safeguards.ts";
import { registerVersion } from "./versions.ts";

/** Versions 1 and 2 of the shop, 2 live, and a deployer with the server's login. */
async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  await addLiveVersion(db);
  await addLiveVersion(db);
  const { proof } = await addTestPerson(db, "deployer");
  const server = openDatabase(asLogin(database.url, "server"), { applicationName: "holt-test-server" });
  onTestFinished(server.close);
  const frozen = (change: Partial<ExperimentInput> = {}, model = "shop"): FrozenPlan => {
    const made = freezePlan(experimentSchema.parse(smallExperiment(change)), {
      model,
      champion: 2,
      aliases: new Map(),
    });
    if (!made.ok) throw new Error(JSON.stringify(made.faults));
    return made.plan;
  };
  const start = (change: Partial<ExperimentInput> = {}, as = proof) =>
    startExperiment(server.db, { proof: as, plan: frozen(change), reason: "to see" });
  return { db, server, proof, frozen, start };
}

it("freezes a plan under its digest, and has it in the log with who began it", async () => {
  const { db, start, frozen } = await setUp();
  const id = await start({ traffic: 0.2, growsTo: 0.6 });
  expect(id).toBe("shop-x1");
  expect(await getExperiment(db, id)).toMatchObject({
    plan: frozen({ traffic: 0.2, growsTo: 0.6 }),
    slice: { from: 0, reserved: 0.6, traffic: 0.2 },
    ...{ endedAt: null, reason: "to see", overrides: 0 },
  });
  const { detail } = await db
    .selectFrom("audit")
    .select("detail")
    .where("action", "=", "start_experiment")
    .executeTakeFirstOrThrow();
  expect(detail).toMatchObject({
    traffic: 0.2,
    arms: [
      { name: "control", version: 1 },
      { name: "treatment", version: 2 },
    ],
  });
});

it("asks who may, a reason, a primary metric, approved versions, and that nothing is frozen", async () => {
  const { db, server, proof, frozen, start } = await setUp();
  const { proof: reviewer } = await addTestPerson(db, "reviewer");
  await expect(start({}, reviewer)).rejects.toThrow('role "reviewer" may not rollback');
  const begin = (plan: object, reason = "x") =>
    startExperiment(server.db, { proof, plan: plan as FrozenPlan, reason });
  await expect(begin(frozen(), "")).rejects.toThrow("has no reason");
  await expect(begin({ ...frozen(), primary: { metric: "none", leastEffect: 1 } })).rejects.toThrow(
    "has no primary metric",
  );
  await expect(begin({ ...frozen(), arms: frozen().arms.slice(1) })).rejects.toThrow(
    "needs two arms or more",
  );
  await expect(begin({ ...frozen(), model: "none" })).rejects.toThrow('model "none": is not in the database');
  const nine = { control: { serve: 1, share: 0.5 }, treatment: { serve: 9, share: 0.5 } };
  await expect(start({ arms: nine })).rejects.toThrow("version 9: does not exist");

  const { id } = await addSafeguard(db, {
    proof,
    kind: "freeze",
    model: "shop",
    until: new Date(Date.now() + 60_000).toISOString(),
    reason: "holidays",
  });
  await expect(start()).rejects.toThrow(/nothing new meets people until .* \(holidays\); wait/);
  await liftSafeguard(db, { proof, id });
  expect(await listExperiments(db)).toEqual([]);
  expect(await start()).toBe("shop-x1");
});

it("refuses a version whose approval no longer stands, and takes one that was never live but is signed", async () => {
  const { db, start } = await setUp();
  const run = await addOpenReview(db);
  const reviewer = await addTestPerson(db);
  await decideAs(db, reviewer, run);
  const version = await registerVersion(db, run.runId);
  const arms = { control: { serve: 2, share: 0.5 }, treatment: { serve: version, share: 0.5 } };
  await db
    .updateTable("person")
    .set({ disabled_at: new Date() })
    .where("id", "=", reviewer.personId)
    .execute();
  await expect(start({ arms })).rejects.toThrow("may no longer decide on it");
  await db.updateTable("person").set({ disabled_at: null }).where("id", "=", reviewer.personId).execute();
  expect(await start({ arms })).toBe("shop-x1");
});

it("gives experiments of one layer places of their own, and refuses one that has no room", async () => {
  const { db, server, proof, start } = await setUp();
  const first = await start({ traffic: 0.3 });
  const second = await start({ traffic: 0.1, growsTo: 0.5 });
  await expect(start({ traffic: 0.4 })).rejects.toThrow(
    'layer "shop" has no room for 0.4 of the people beside "shop-x1" (0.3), "shop-x2" (0.5)',
  );
  await expect(start({ traffic: 0.1, layer: "other" })).rejects.toThrow('"shop-x1" is in layer "shop"');
  await endExperiment(server.db, { proof, id: first, reason: "seen" });
  const third = await start({ traffic: 0.25 });
  const slices = await Promise.all([second, third].map(async (id) => (await getExperiment(db, id)).slice));
  expect(slices).toEqual([
    { from: 0.3, reserved: 0.5, traffic: 0.1 },
    { from: 0, reserved: 0.25, traffic: 0.25 },
  ]);
  await Promise.allSettled(Array.from({ length: 4 }, () => start({ traffic: 0.2 })));
  const running = (await listExperiments(db)).filter(({ endedAt }) => endedAt === null);
  const places = running.map(({ slice }) => slice).sort((one, other) => one.from - other.from);
  places.forEach(({ from }, at) => {
    const before = places[at - 1];
    if (before) expect(from).toBeGreaterThanOrEqual(before.from + before.reserved - 1e-9);
  });
  expect(running).toHaveLength(3); // of the four at once one finds the place that is left
});

it("has one holdout of a model beside its experiments", async () => {
  const { start } = await setUp();
  await start();
  expect(await start(smallHoldout())).toBe("shop-x2");
  await expect(start(smallHoldout())).rejects.toThrow('"shop-x2" holds people of this model out already');
});

it("lets traffic grow and never shrink, puts people into arms by hand, and ends once", async () => {
  const { db, server, proof, start } = await setUp();
  const id = await start({ traffic: 0.2, growsTo: 0.6 });
  const grow = (traffic: number) => growExperiment(server.db, { proof, id, traffic, reason: "well so far" });
  await grow(0.5);
  await expect(grow(0.4)).rejects.toThrow("0.4 is less than the 0.5 of now");
  await expect(grow(0.7)).rejects.toThrow("0.7 is more than the 0.6 that its plan grows to");
  const put = (unit: string, arm: string | null) =>
    overrideArm(server.db, { proof, id, unit, arm, reason: "a look" });
  await put("qa-1", "treatment");
  await put("qa-1", "control");
  await expect(put("qa-1", "none")).rejects.toThrow(
    '"none" is none of its arms; known are "control", "treatment"',
  );
  await expect(put("qa-2", null)).rejects.toThrow("there is none of this id");
  expect(await getExperiment(db, id)).toMatchObject({ slice: { traffic: 0.5 }, overrides: 1 });
  const said = await db.selectFrom("audit").select("detail").where("action", "=", "override_arm").execute();
  expect(JSON.stringify(said)).not.toContain("qa-1");
  await endExperiment(server.db, { proof, id, reason: "seen" });
  await expect(endExperiment(server.db, { proof, id, reason: "again" })).rejects.toThrow("has ended (seen)");
  await expect(grow(0.6)).rejects.toThrow("has ended (seen)");
  expect(await getExperiment(db, id)).toMatchObject({ endReason: "seen", endedAt: expect.any(String) });
});

it("is paused and resumed by who may, with a reason, and each once; a freeze holds the resume", async () => {
  const { db, server, proof, start } = await setUp();
  const id = await start();
  const { proof: reviewer } = await addTestPerson(db, "reviewer");
  const pause = (reason = "the shop is down", as = proof) =>
    pauseExperiment(server.db, { proof: as, id, reason });
  const resume = (reason = "it is back") => resumeExperiment(server.db, { proof, id, reason });
  await expect(pause("x", reviewer)).rejects.toThrow('role "reviewer" may not rollback');
  await expect(pause("")).rejects.toThrow("has no reason given");
  await expect(resume()).rejects.toThrow('experiment "shop-x1": is not paused');
  await pause();
  await expect(pause("again")).rejects.toThrow('experiment "shop-x1": is paused already (the shop is down)');
  expect(pauseOf(await getExperiment(db, id))).toMatchObject({ until: null, reason: "the shop is down" });
  const ends = new Date(Date.now() + 3_600_000).toISOString();
  const freeze = await addSafeguard(db, {
    proof,
    kind: "freeze",
    model: "shop",
    until: ends,
    reason: "audit",
  });
  await expect(resume()).rejects.toThrow(/nothing new meets people until .* \(audit\)/);
  await liftSafeguard(db, { proof, id: freeze.id });
  await resume();
  await pause("down again");
  await resume();
  const after = await getExperiment(db, id);
  expect(pauseOf(after)).toBeUndefined();
  expect(after.pauses.map(({ reason, resumeReason }) => [reason, resumeReason])).toEqual([
    ["the shop is down", "it is back"],
    ["down again", "it is back"],
  ]);
  const said = await db
    .selectFrom("audit")
    .select("action")
    .where("action", "like", "%e_experiment")
    .execute();
  expect(said.map(({ action }) => action)).toEqual([
    ...["pause_experiment", "resume_experiment", "pause_experiment", "resume_experiment"],
  ]);
  await endExperiment(server.db, { proof, id, reason: "seen" });
  await expect(pause()).rejects.toThrow("has ended (seen)");
});

it("is not ended by a look that was under way when it was paused", async () => {
  const { db, server, proof, start } = await setUp();
  const id = await start();
  const found = { analysis: { counts: [], sampleRatio: { isMismatch: false, p: 1, causes: [] }, arms: [] } };
  await saveLook(
    db,
    id,
    { day: 0, verdict: "stop", arm: null, reason: "it fell", ...found },
    { plannedUnits: undefined, isMismatch: false, waitsFor: null },
  );
  await pauseExperiment(server.db, { proof, id, reason: "wait" });
  await expect(settleExperiment(db, id)).rejects.toThrow(
    'experiment "shop-x1": is paused; resume it, or end it',
  );
  await resumeExperiment(server.db, { proof, id, reason: "go on" });
  await settleExperiment(db, id);
  expect(await getExperiment(db, id)).toMatchObject({ endReason: "it fell", endedBy: null });
});

it("keeps what was planned from everybody, and tells of a plan that was changed all the same", async () => {
  const { db, start } = await setUp();
  const id = await start();
  for (const change of [
    db.updateTable("experiment").set({ reason: "y" }),
    db.updateTable("experiment").set({ traffic: "0.1" }),
    db.deleteFrom("experiment"),
  ])
    await expect(change.execute()).rejects.toThrow("what was planned stays");
  await expect(db.updateTable("experiment_arm").set({ share: 0.4 }).execute()).rejects.toThrow();
  await sql`alter table experiment disable trigger all`.execute(db);
  await sql`update experiment set plan = json_build_object('days', 1)`.execute(db);
  await expect(getExperiment(db, id)).rejects.toThrow(/experiment "shop-x1": what is stored hashes to/);
});
