import { expect, it, onTestFinished } from "vitest";
import type { MonitorCheck } from "../core/api.ts";
import type { DefinitionInput } from "../core/definition.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion, addShop } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { listDueActions, listHolds, settleAction, takeAction } from "./incident-actions.ts";
import { keepIncident, openIncident, resolveIncident } from "./incidents.ts";
import { addMonitorRun } from "./monitoring.ts";
import { addSafeguard, liftSafeguard, listSafeguards } from "./safeguards.ts";
import { findLive } from "./versions.ts";
import { getIncident } from "./views/incidents.ts";
import { listLive } from "./views/live.ts";
import { listHistory } from "./views/versions.ts";

const HOUR_MS = 3_600_000;
type Actions = NonNullable<NonNullable<DefinitionInput["monitor"]>["actions"]>;

const ALL: Actions = {
  back: { do: "roll_back", causes: ["deployment"] },
  hold: { do: "freeze_retraining", causes: ["source:sales"] },
  list: { do: "popularity_list", checks: ["scores", "freshness"] },
  rerun: { do: "retrain", causes: ["schedule"] },
};

function failing(id: string, cause: string): MonitorCheck {
  return { id, title: id, verdict: "fail", value: "", threshold: "", explanation: `${id} fails`, cause };
}

/** Versions 1 and 2 of the shop were live, 2 is; its definition has these actions. */
async function setUp(actions: Actions = ALL) {
  const { db, url } = await testDatabase();
  await addLiveVersion(db);
  await addLiveVersion(db);
  await addShop(db, "shop", { schedule: { cron: "0 3 * * *" }, monitor: { actions } });
  const worker = openDatabase(asLogin(url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(worker.close);
  const { proof, name } = await addTestPerson(db, "deployer");
  let at = Date.now() - 100 * HOUR_MS;
  /** A look of the monitor, an hour after the one before, that found exactly this; the incident's id. */
  const look = (id: string, cause: string, again?: number) =>
    db.transaction().execute(async (trx) => {
      at += HOUR_MS;
      const seen = { at: new Date(at), title: `shop: ${id} fails`, symptoms: [failing(id, cause)] };
      const run = { id: `shop-${at}`, model: "shop", at: seen.at, version: 2, duration_ms: 1 };
      await addMonitorRun(trx, { ...run, verdict: "fail", checks: JSON.stringify(seen.symptoms) });
      if (again === undefined) return openIncident(trx, { ...seen, model: "shop", cause });
      await keepIncident(trx, { ...seen, id: again });
      return again;
    });
  const end = (id: number) =>
    db.transaction().execute((trx) => resolveIncident(trx, { id, model: "shop", at: new Date(at) }));
  const take = (incidentId: number, action: string) => takeAction(worker.db, { incidentId, name: action });
  const settle = (incidentId: number, action: string, verdict: "undo" | "keep", reason = "looked at it") =>
    settleAction(db, { proof, incidentId, name: action, verdict, reason });
  const due = async () => (await listDueActions(worker.db, "shop")).map((one) => one.name);
  const audit = async (action: string) =>
    (await db.selectFrom("audit").select("detail").where("action", "=", action).execute()).map(
      (row) => row.detail,
    );
  return { db, worker, proof, name, look, end, take, settle, due, audit };
}

it("does what the definition says of a cause or a check, once, and nothing else", async () => {
  const { db, look, take, due, audit } = await setUp();
  const stale = await look("freshness:sales", "source:sales");
  expect(await due()).toEqual(["hold", "list"]);
  await expect(take(stale, "back")).rejects.toThrow(
    `incident ${stale} action "back": is not what the applied definition has done about what the last look found; look again`,
  );
  await Promise.all([take(stale, "hold"), take(stale, "hold")]);
  await take(stale, "list");
  expect(await due()).toEqual([]);
  expect(await listHolds(db, "shop")).toMatchObject([{ incidentId: stale, cause: "source:sales" }]);
  expect(await listLive(db)).toMatchObject([{ version: 2, baselineUntil: expect.any(Date) }]);
  expect(await listSafeguards(db)).toMatchObject([
    { kind: "hold", by: "Holt", reason: `incident ${stale}: shop: freshness:sales fails` },
    { kind: "baseline", by: "Holt" },
  ]);
  expect((await getIncident(db, stale)).actions).toMatchObject([
    { name: "hold", do: "freeze_retraining", state: "taken", reason: "no scheduled run is opened" },
    { name: "list", reason: "everybody gets the popularity list of version 2", needsConfirmation: false },
  ]);
  expect(await audit("take_action")).toHaveLength(2);
});

it("acts on nothing that the last look didn't find, that the definition has no more, or that is too young", async () => {
  const { db, look, take, due } = await setUp({
    list: { do: "popularity_list", checks: ["scores"], after: "2 h" },
  });
  const id = await look("scores", "deployment:2");
  expect(await due()).toEqual([]);
  await look("scores", "deployment:2", id);
  expect(await due()).toEqual([]);
  await look("scores", "deployment:2", id);
  expect(await due()).toEqual(["list"]);
  await look("schedule", "schedule");
  expect(await due(), "the last look saw another thing").toEqual([]);
  await look("scores", "deployment:2", id);
  await addShop(db);
  await expect(take(id, "list")).rejects.toThrow("is not what the applied definition has done");
  expect(await listSafeguards(db)).toEqual([]);
});

it("undoes by itself what a source was the cause of, when it is gone", async () => {
  const { db, look, end, take, audit } = await setUp();
  const id = await look("freshness:sales", "source:sales");
  await take(id, "hold");
  await take(id, "list");
  await end(id);
  expect(await listSafeguards(db)).toEqual([]);
  expect(await listHolds(db, "shop")).toEqual([]);
  expect(await listLive(db)).toMatchObject([{ baselineUntil: null }]);
  const { actions } = await getIncident(db, id);
  expect(actions.map(({ state, settledBy, settledReason }) => [state, settledBy, settledReason])).toEqual([
    ["undone", "Holt", "its cause is gone"],
    ["undone", "Holt", "its cause is gone"],
  ]);
  expect(await audit("undo_action")).toHaveLength(2);
});

it("goes back to the version before, and leaves it to a person whether that stays", async () => {
  const { db, name, look, end, take, settle } = await setUp();
  const id = await look("scores", "deployment:2");
  await take(id, "back");
  await take(id, "back");
  expect(await findLive(db, "shop")).toMatchObject({ version: 1 });
  expect((await listHistory(db, "shop"))[0]).toMatchObject({ kind: "rollback", version: 1, by: "Holt" });
  await end(id);
  expect(await findLive(db, "shop")).toMatchObject({ version: 1 });
  await settle(id, "back", "keep", "it is better");
  await settle(id, "back", "keep");
  expect((await getIncident(db, id)).actions).toMatchObject([
    { state: "kept", settledBy: name, settledReason: "it is better" },
  ]);
  await settle(id, "back", "undo", "it is not");
  await settle(id, "back", "undo");
  expect(await findLive(db, "shop")).toMatchObject({ version: 2 });
  await expect(settle(id, "back", "keep")).rejects.toThrow("is undone already, so it cannot stay");
});

it("undoes no rollback over what somebody put live since, or while a freeze holds", async () => {
  const { db, proof, look, take, settle } = await setUp();
  const id = await look("scores", "deployment:2");
  await take(id, "back");
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  const freeze = await addSafeguard(db, { proof, kind: "freeze", model: "shop", until, reason: "holidays" });
  await expect(settle(id, "back", "undo")).rejects.toThrow(/nothing goes live until .* UTC \(holidays\)/);
  await liftSafeguard(db, { proof, id: freeze.id });
  await addLiveVersion(db);
  await expect(settle(id, "back", "undo")).rejects.toThrow(
    "something else went live since (version 3 is now)",
  );
  expect(await findLive(db, "shop")).toMatchObject({ version: 3 });
  expect((await getIncident(db, id)).actions).toMatchObject([{ state: "taken" }]);
});

it("acts no more often than the definition allows, says so, and leaves the rest to people", async () => {
  const { db, look, end, take, settle, audit } = await setUp({
    list: { do: "popularity_list", checks: ["scores"], atMost: { times: 2, within: "1 d" } },
  });
  for (const cause of ["deployment:2", "source:sales"]) {
    const id = await look("scores", cause);
    await take(id, "list");
    await end(id);
  }
  const third = await look("scores", "deployment:2");
  await take(third, "list");
  expect(await listSafeguards(db)).toEqual([]);
  expect((await getIncident(db, third)).actions).toMatchObject([
    { state: "withheld", reason: "it was done 2 times in 1 d, which is what the definition allows" },
  ]);
  await expect(settle(third, "list", "undo")).rejects.toThrow(
    "was withheld, so nothing is to undo or to keep",
  );
  expect(await audit("withhold_action")).toHaveLength(1);
});

it("opens a run about an incident, unless one is at work, and never twice", async () => {
  const { db, look, take, due, settle } = await setUp();
  const id = await look("schedule", "schedule");
  await take(id, "rerun");
  const runs = await db.selectFrom("run").selectAll().where("trigger", "=", "incident").execute();
  expect(runs).toMatchObject([{ id: `shop-incident-${id}-rerun`, person_id: null, champion_version: 2 }]);
  const woken = await db
    .selectFrom("wake_up")
    .select("signal")
    .where("workflow_id", "=", String(runs[0]?.workflow_id))
    .execute();
  expect(woken).toEqual([{ signal: "start" }]);
  await expect(settle(id, "rerun", "undo")).rejects.toThrow(
    `end it with "holt abort shop-incident-${id}-rerun"`,
  );
  await look("schedule", "source:sales");
  expect(await due(), "a run is at work").not.toContain("rerun");
});

it("takes what a person lifts by hand for undone, and keeps what they say is to stay", async () => {
  const { db, proof, name, look, end, take, settle } = await setUp();
  const id = await look("freshness:sales", "source:sales");
  await take(id, "hold");
  await take(id, "list");
  const [hold] = await listSafeguards(db);
  await liftSafeguard(db, { proof, id: String(hold?.id) });
  await settle(id, "list", "keep");
  await end(id);
  expect((await getIncident(db, id)).actions).toMatchObject([
    { state: "undone", settledBy: name, settledReason: "lifted by hand" },
    { state: "kept" },
  ]);
  expect(await listLive(db)).toMatchObject([{ baselineUntil: expect.any(Date) }]);
  const { proof: viewer } = await addTestPerson(db, "viewer");
  await expect(
    settleAction(db, { proof: viewer, incidentId: id, name: "list", verdict: "undo", reason: "x" }),
  ).rejects.toThrow("may not rollback");
});
