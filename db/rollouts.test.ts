import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { LATENCY_BUCKETS } from "../core/latency.ts";
import { noCounts } from "../core/rollout-judge.ts";
import { testDatabase } from "../tests/support/database.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addReviewedRun, addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { rollback } from "./deployments.ts";
import { answerRollout, endRollout, findStage, listStages, noteStage, startStage } from "./rollouts.ts";
import { forgetServer, listServers, noteServer, sumCounts, writeCounts } from "./servers.ts";
import { registerVersion } from "./versions.ts";
import { listBeside } from "./views/live.ts";

type Db = Awaited<ReturnType<typeof testDatabase>>["db"];

const CANARY = { kind: "canary", share: 0.1 } as const;
const WARM = { kind: "warm", share: 0 } as const;

/** A model with versions 1 and 2, of which 2 is live, and a run whose version 3 was approved. */
async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  await addLiveVersion(db, { model: "films" });
  const live = await addLiveVersion(db, { model: "films" });
  const run = await addReviewedRun(db, { model: "films", champion: live.version });
  await decideAs(db, await addTestPerson(db), run, { reason: "good shelf" });
  const version = await registerVersion(db, run.runId);
  return { database, db, run, runId: run.runId, version };
}

const passed = (db: Db, runId: string, stage: number) =>
  noteStage(db, { runId, stage }, { state: "passed", checks: [] });

it("puts a signed version beside the live one stage by stage, once each, and tells the servers", async () => {
  const { db, runId, version } = await setUp();
  const begun = await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  expect(await startStage(db, { runId, stage: 0 }, { version, ...WARM })).toEqual(begun);
  await expect(startStage(db, { runId, stage: 1 }, { version, ...CANARY })).rejects.toThrow(
    "stage 0 of its rollout has not passed, so stage 1 does not begin",
  );
  await passed(db, runId, 0);
  await startStage(db, { runId, stage: 1 }, { version, ...CANARY });
  expect(await listBeside(db)).toMatchObject([
    { model: "films", version: 3, runId, stage: 1, kind: "canary", share: 0.1, fence: 0 },
  ]);
  await expect(startStage(db, { runId, stage: 0 }, { version, ...WARM })).rejects.toThrow("beyond stage 0");
  const audit = await db
    .selectFrom("audit")
    .select(["subject", "detail"])
    .where("action", "=", "roll_out")
    .execute();
  expect(audit.map(({ subject, detail }) => [subject, detail])).toMatchObject([
    ["version 3", { stage: 0, kind: "warm" }],
    ["version 3", { stage: 1, kind: "canary", share: 0.1 }],
  ]);
});

it("puts nothing beside what is live that nobody approved, that another run brought, or while another is there", async () => {
  const { db, runId, version } = await setUp();
  const unsigned = await addReviewedRun(db, { model: "films", champion: 2 });
  await expect(startStage(db, { runId: unsigned.runId, stage: 0 }, { version, ...WARM })).rejects.toThrow(
    "nobody approved release",
  );
  await expect(startStage(db, { runId, stage: 0 }, { version: 1, ...WARM })).rejects.toThrow(
    "is not the release that was approved",
  );
  await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  const other = await addReviewedRun(db, { model: "films", champion: 2 });
  await decideAs(db, await addTestPerson(db), other);
  const next = await registerVersion(db, other.runId);
  await expect(startStage(db, { runId: other.runId, stage: 0 }, { version: next, ...WARM })).rejects.toThrow(
    `version 3 of run "${runId}" is being rolled out`,
  );
  expect(await listBeside(db)).toMatchObject([{ version: 3 }]);
});

it("ends with a flip to another version, with its run, and when it is ended, each once and in the audit log", async () => {
  const { db, runId, version } = await setUp();
  await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  const deployer = await addTestPerson(db, "deployer");
  await rollback(db, { proof: deployer.proof, model: "films", expected: 2, to: null, reason: "spend fell" });
  expect(await listBeside(db)).toEqual([]);
  expect(await findStage(db, { runId, stage: 0 })).toMatchObject({ state: "ended" });
  await endRollout(db, runId, "over");
  await db
    .transaction()
    .execute((trx) => setRunEnd(trx, runId, { state: "aborted", outcome: "aborted", reason: "" }));
  await expect(startStage(db, { runId, stage: 0 }, { version, ...WARM })).rejects.toThrow(
    "has ended (aborted)",
  );
  const ends = await db.selectFrom("audit").select("detail").where("action", "=", "end_rollout").execute();
  expect(ends).toMatchObject([{ detail: { reason: "version 1 went live", run: runId, stage: 0 } }]);
});

it("takes the first answer of who may roll back, to a stage that goes on, and wakes the run once", async () => {
  const { db, runId, version } = await setUp();
  await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  const deployer = await addTestPerson(db, "deployer");
  const say = (by: { proof: string }, answer: "go_on" | "back", stage = 0, reason = "seen") =>
    answerRollout(db, { runId, stage }, { proof: by.proof, answer, reason });
  await expect(say(await addTestPerson(db, "reviewer"), "back")).rejects.toMatchObject({
    name: "NotAllowed",
  });
  await expect(say({ proof: "holt_made-up" }, "back")).rejects.toMatchObject({ name: "NotAllowed" });
  await expect(say(deployer, "back", 1)).rejects.toMatchObject({ name: "NotFound" });
  await expect(say(deployer, "back", 0, "")).rejects.toMatchObject({ name: "InvalidInput" });
  expect(await say(deployer, "go_on")).toBeTypeOf("string");
  expect(await say(deployer, "go_on")).toBeUndefined();
  await expect(say(await addTestPerson(db, "deployer"), "back")).rejects.toThrow("the first answer stands");
  expect(await listStages(db, runId)).toMatchObject([{ answer: "go_on", by: deployer.name, reason: "seen" }]);
  expect(
    await db.selectFrom("wake_up").select("signal").where("signal", "=", "rolloutAnswered").execute(),
  ).toHaveLength(1);
  await expect(db.deleteFrom("rollout_answer").execute()).rejects.toThrow("rollout_answer");
});

it("keeps what a stage ended with", async () => {
  const { db, runId, version } = await setUp();
  await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  await passed(db, runId, 0);
  await noteStage(db, { runId, stage: 0 }, { state: "failed", checks: [] });
  expect(await findStage(db, { runId, stage: 0 })).toMatchObject({ state: "passed" });
  const deployer = await addTestPerson(db, "deployer");
  const late = { proof: deployer.proof, answer: "back", reason: "late" } as const;
  await expect(answerRollout(db, { runId, stage: 0 }, late)).rejects.toThrow("has ended (passed)");
});

it("sums what servers counted, each server's last word once", async () => {
  const { db, runId, version } = await setUp();
  await startStage(db, { runId, stage: 0 }, { version, ...WARM });
  const [one, other] = [randomUUID(), randomUUID()];
  const counts = (requests: number, bucket: number) => {
    const latency = noCounts().latency.with(bucket, requests);
    return { ...noCounts(), runId, stage: 0, arm: "shadow" as const, requests, latency, agreement: 0.5 };
  };
  await writeCounts(db, one, [counts(10, 3)]);
  await writeCounts(db, one, [counts(30, 3)]);
  await writeCounts(db, other, [counts(5, LATENCY_BUCKETS - 1)]);
  const sum = await sumCounts(db, { runId, stage: 0, arm: "shadow" });
  expect(sum).toMatchObject({ requests: 35, errors: 0, agreement: 1 });
  expect([sum.latency[3], sum.latency.at(-1)]).toEqual([30, 5]);
  expect(await sumCounts(db, { runId, stage: 0, arm: "champion" })).toEqual(noCounts());
});

it("knows the servers that spoke within ten seconds", async () => {
  const { db } = await setUp();
  const [here, gone] = [randomUUID(), randomUUID()];
  const versions = [{ model: "films", version: 2, problem: null }];
  await noteServer(db, { id: here, name: "a:7400", versions });
  await noteServer(db, { id: gone, name: "b:7400", versions: [] });
  await db
    .updateTable("server_instance")
    .set({ last_seen_at: new Date(Date.now() - 60_000) })
    .where("id", "=", gone)
    .execute();
  expect(await listServers(db)).toEqual([{ name: "a:7400", versions }]);
  await forgetServer(db, here);
  expect(await listServers(db)).toEqual([]);
});

it("lets no process's own login begin a stage past the functions, nor answer one", async () => {
  const { database, runId, version } = await setUp();
  for (const login of ["server", "worker", "ingest", "auditor"] as const) {
    const own = openDatabase(asLogin(database.url, login), { applicationName: "holt-test" });
    try {
      const row = { model: "films", version, run_id: runId, stage: 1, ...CANARY };
      await expect(own.db.insertInto("traffic").values(row).execute()).rejects.toThrow("permission denied");
      const answer = {
        run_id: runId,
        stage: 0,
        answer: "go_on" as const,
        person_id: randomUUID(),
        reason: "x",
      };
      await expect(own.db.insertInto("rollout_answer").values(answer).execute()).rejects.toThrow(
        "permission denied",
      );
      await expect(own.db.updateTable("rollout_stage").set({ share: 1 }).execute()).rejects.toThrow(
        "permission denied",
      );
    } finally {
      await own.close();
    }
  }
});
