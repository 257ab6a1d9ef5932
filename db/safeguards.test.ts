import { sql } from "kysely";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { addLiveVersion, addOpenReview } from "../tests/support/shop.ts";
import { deploy, rollback } from "./deployments.ts";
import { findRelease } from "./releases.ts";
import { startStage } from "./rollouts.ts";
import { addSafeguard, findFreeze, getSafeguard, liftSafeguard, listSafeguards } from "./safeguards.ts";
import { registerVersion } from "./versions.ts";
import { listLive } from "./views/live.ts";

const HOUR_MS = 3_600_000;
const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();

/** Versions 1 and 2 were live, version 3 is approved. */
async function setUp() {
  const { db } = await testDatabase();
  const deployer = await addTestPerson(db, "deployer");
  await addLiveVersion(db);
  await addLiveVersion(db);
  const run = await addOpenReview(db);
  await decideAs(db, await addTestPerson(db), run);
  const version = await registerVersion(db, run.runId);
  const goLive = async () => {
    const release = await findRelease(db, run.releaseDigest);
    const signed = { artifactDigest: String(release?.artifactDigest), reportDigest: run.reportDigest };
    return deploy(db, { runId: run.runId, version }, signed);
  };
  const freeze = (change: object = {}) =>
    addSafeguard(db, {
      ...{ proof: deployer.proof, kind: "freeze", model: "shop", until: inAnHour(), reason: "holidays" },
      ...change,
    });
  return { db, deployer, run, version, goLive, freeze };
}

it.each([
  ["one model", "shop"],
  ["every model", null],
])("lets nothing of %s go live, and lets it go back", async (_, model) => {
  const { db, deployer, run, version, goLive, freeze } = await setUp();
  const { id } = await freeze({ model });
  await expect(goLive()).rejects.toThrow(
    /nothing goes live until .* UTC: "deployer-.*" froze it \(holidays\); wait, or lift/,
  );
  const canary = { version, kind: "canary", share: 0.1 } as const;
  await expect(startStage(db, { runId: run.runId, stage: 0 }, canary)).rejects.toThrow("froze it");
  expect(await db.selectFrom("live").select("version").execute()).toEqual([{ version: 2 }]);
  const back = { proof: deployer.proof, model: "shop", expected: 2, to: null, reason: "complaints" };
  expect(await rollback(db, back)).toMatchObject({ version: 1 });
  await liftSafeguard(db, { proof: deployer.proof, id });
  await rollback(db, { ...back, expected: 1, to: 2 });
  expect(await goLive()).toMatchObject({ version: 3 });
});

it("holds back no other model, and nothing before it begins", async () => {
  const { freeze, goLive, db } = await setUp();
  await addLiveVersion(db, { model: "aisle" });
  await freeze({ model: "aisle" });
  await freeze({ from: inAnHour(), until: new Date(Date.now() + 2 * HOUR_MS).toISOString() });
  expect(await findFreeze(db, "shop")).toBeUndefined();
  expect(await findFreeze(db, "aisle")).toMatchObject({ reason: "holidays" });
  expect(await listSafeguards(db)).toMatchObject([{ model: "aisle" }, { model: "shop" }]);
  expect(await goLive()).toMatchObject({ version: 3 });
});

it("ends by itself", async () => {
  const { freeze, goLive, db } = await setUp();
  const { id } = await freeze();
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx); // as time would
    await trx
      .updateTable("safeguard")
      .set({ starts_at: new Date(0), ends_at: new Date() })
      .where("id", "=", id)
      .execute();
  });
  expect(await listSafeguards(db)).toEqual([]);
  expect(await goLive()).toMatchObject({ version: 3 });
});

it("has the popularity list shown until then, or until it is lifted, once, and logs both", async () => {
  const { db, deployer, freeze } = await setUp();
  const until = inAnHour();
  const { id } = await freeze({ kind: "baseline", until });
  expect(await listLive(db)).toMatchObject([{ model: "shop", version: 2, baselineUntil: new Date(until) }]);
  expect(await liftSafeguard(db, { proof: deployer.proof, id })).toEqual([]);
  const lifted = await getSafeguard(db, id);
  expect(await liftSafeguard(db, { proof: deployer.proof, id })).toEqual([]);
  expect(await getSafeguard(db, id)).toEqual(lifted);
  expect(await listLive(db)).toMatchObject([{ baselineUntil: null }]);
  const log = await db
    .selectFrom("audit")
    .select(["action", "person_id", "model"])
    .where("subject", "=", `safeguard ${id}`)
    .orderBy("id")
    .execute();
  const person_id = deployer.personId;
  expect(log).toEqual([
    { action: "baseline_now", person_id, model: "shop" },
    { action: "lift_safeguard", person_id, model: "shop" },
  ]);
});

it.each([
  [
    "an end before its beginning",
    { until: new Date(Date.now() - 1).toISOString() },
    "would end before it begins",
  ],
  [
    "more than 90 days",
    { until: new Date(Date.now() + 91 * 24 * HOUR_MS).toISOString() },
    "longer than 90 days",
  ],
  ["no reason", { reason: "" }, "has no reason"],
  ["an unknown model", { model: "none" }, 'model "none": is not in the database'],
  ["a popularity list of what was never live", { kind: "baseline", model: "idle" }, "nothing of it is live"],
])("refuses %s, and puts up nothing", async (_, change, said) => {
  const { db, freeze } = await setUp();
  await addOpenReview(db, { model: "idle" });
  await expect(freeze(change)).rejects.toThrow(said);
  expect(await db.selectFrom("safeguard").selectAll().execute()).toEqual([]);
});

it("is put up and lifted by nobody who may not roll back, and rewritten by nobody", async () => {
  const { db, freeze } = await setUp();
  const { proof } = await addTestPerson(db, ["reviewer", "submitter"]);
  await expect(freeze({ proof })).rejects.toThrow("may not");
  const { id } = await freeze();
  await expect(liftSafeguard(db, { proof, id })).rejects.toThrow("may not");
  await expect(db.updateTable("safeguard").set({ ends_at: new Date() }).execute()).rejects.toThrow(
    "what was put up stays",
  );
  await expect(db.deleteFrom("safeguard").execute()).rejects.toThrow("what was put up stays");
});
