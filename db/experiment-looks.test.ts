import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import type { ExperimentLook } from "../core/experiment/look.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import {
  findWaitsFor,
  getCourse,
  listLooks,
  saveLook,
  settleExperiment,
  shipExperiment,
} from "./experiment-looks.ts";
import { endExperiment, getExperiment, startExperiment } from "./experiments.ts";
import { addSafeguard } from "./safeguards.ts";
import { findLive } from "./versions.ts";
import { listHistory } from "./views/versions.ts";

const NOTHING_STAYS = { plannedUnits: undefined, isMismatch: false, waitsFor: null };

/** Version 2 of the shop is live and the control; version 1 is the treatment. */
async function setUp(change: Partial<ExperimentInput> = {}) {
  const { db, url } = await testDatabase();
  await addLiveVersion(db);
  await addLiveVersion(db);
  const { proof } = await addTestPerson(db, "deployer");
  const worker = openDatabase(asLogin(url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(worker.close);
  const arms = { control: { serve: 2, share: 0.5 }, treatment: { serve: 1, share: 0.5 } };
  const settings = experimentSchema.parse(smallExperiment({ arms, ...change }));
  const frozen = freezePlan(settings, { model: "shop", champion: 2, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "to see" });
  const look = (found: Partial<ExperimentLook>, stays: Partial<Parameters<typeof saveLook>[3]> = {}) =>
    saveLook(worker.db, id, lookOf(found), { ...NOTHING_STAYS, ...stays });
  return { db, url, worker, proof, id, look };
}

function lookOf(found: Partial<ExperimentLook>): Omit<ExperimentLook, "at"> {
  const analysis = { counts: [], sampleRatio: { isMismatch: false, p: 1, causes: [] }, arms: [] };
  return {
    day: 0,
    verdict: "go_on",
    arm: null,
    reason: "spend: too little was seen to tell anything",
    analysis,
    ...found,
  };
}

it("keeps a look a day, the last, and what was found first", async () => {
  const { db, id, look } = await setUp();
  expect(await getCourse(db, id)).toMatchObject({ plannedUnits: undefined, wasMismatch: false });
  await look({}, { plannedUnits: 900, isMismatch: true, waitsFor: "a person" });
  await look({ reason: "later that day" }, { plannedUnits: 5_000 });
  await look({ day: 1, reason: "the next" });
  expect((await listLooks(db, id)).map(({ day, reason }) => [day, reason])).toEqual([
    [0, "later that day"],
    [1, "the next"],
  ]);
  const course = await getCourse(db, id);
  expect(course).toMatchObject({ plannedUnits: 900, wasMismatch: true });
  expect(course.elapsedDays).toBeGreaterThan(0);
  expect(await findWaitsFor(db, id)).toBeUndefined();
});

it("ends by its last look, and leaves what is live", async () => {
  const { db, worker, id, look } = await setUp();
  await expect(settleExperiment(worker.db, id)).rejects.toThrow("ends nothing (there was none)");
  await look({});
  await expect(settleExperiment(worker.db, id)).rejects.toThrow("ends nothing (spend: too little");
  await look({ verdict: "stop", reason: "spend fell by 9 %" });
  await settleExperiment(worker.db, id);
  await settleExperiment(worker.db, id);
  expect(await getExperiment(db, id)).toMatchObject({ endReason: "spend fell by 9 %", endedBy: null });
  expect(await findLive(db, "shop")).toMatchObject({ version: 2 });
  const said = await db
    .selectFrom("audit")
    .select("detail")
    .where("action", "=", "settle_experiment")
    .execute();
  expect(said.map(({ detail }) => detail)).toEqual([{ verdict: "stop", reason: "spend fell by 9 %" }]);
});

it("puts an arm's version live by itself only where its plan says so", async () => {
  const asked = await setUp();
  await asked.look({ verdict: "ship", arm: "treatment", reason: "spend rose" });
  await expect(settleExperiment(asked.worker.db, asked.id)).rejects.toThrow("has a person confirm");
  expect(await findLive(asked.db, "shop")).toMatchObject({ version: 2 });

  const alone = await setUp({ confirm: "automatic" });
  await alone.look({ verdict: "ship", arm: "treatment", reason: "spend rose" });
  await settleExperiment(alone.worker.db, alone.id);
  expect(await findLive(alone.db, "shop")).toMatchObject({ version: 1 });
  const [newest] = await listHistory(alone.db, "shop");
  expect(newest).toMatchObject({
    kind: "rollback",
    version: 1,
    reason: `experiment ${alone.id}: spend rose`,
  });
});

it("waits while a freeze holds, and refuses when something else went live meanwhile", async () => {
  const { db, worker, proof, id, look } = await setUp({ confirm: "automatic" });
  await look({ verdict: "ship", arm: "treatment", reason: "spend rose" });
  await addSafeguard(db, {
    ...{ proof, kind: "freeze" as const, model: "shop", reason: "Christmas" },
    until: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await expect(settleExperiment(worker.db, id)).rejects.toThrow("nothing goes live until");
  expect((await getExperiment(db, id)).endedAt).toBeNull();
  await db.updateTable("safeguard").set({ lifted_at: new Date() }).execute();
  await addLiveVersion(db);
  await expect(settleExperiment(worker.db, id)).rejects.toThrow(
    "was compared with version 2, and version 3 is live now",
  );
});

it("has a person ship an arm, with who they are, and refuses others and arms without a version", async () => {
  const { db, proof, id } = await setUp();
  const ship = (arm: string, as = proof) =>
    shipExperiment(db, { proof: as, id, arm, reason: "it earns more" });
  const { proof: viewer } = await addTestPerson(db, "viewer");
  await expect(ship("treatment", viewer)).rejects.toThrow('role "viewer" may not rollback');
  await expect(ship("blue")).rejects.toThrow('is none of its arms; known are "control", "treatment"');
  await ship("treatment");
  expect(await findLive(db, "shop")).toMatchObject({ version: 1 });
  expect(await getExperiment(db, id)).toMatchObject({ endReason: "it earns more" });
  await expect(ship("treatment")).rejects.toThrow("has ended");
});

it("lets no login but the worker's settle, and none write a look by hand but it", async () => {
  const { url, id, look } = await setUp();
  await look({ verdict: "stop", reason: "x" });
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test-server" });
  onTestFinished(server.close);
  await expect(settleExperiment(server.db, id)).rejects.toThrow("permission denied");
  await expect(saveLook(server.db, id, lookOf({}), NOTHING_STAYS)).rejects.toThrow("permission denied");
});

it("wakes its workflow at its start, when somebody changes it, and at its end", async () => {
  const { db, proof, id } = await setUp();
  await endExperiment(db, { proof, id, reason: "enough" });
  const wakeUps = await db
    .selectFrom("wake_up")
    .select("signal")
    .where("workflow_id", "=", `experiment/${id}`)
    .orderBy("created_at")
    .execute();
  expect(wakeUps.map(({ signal }) => signal)).toEqual(["start", "experimentChanged"]);
});
