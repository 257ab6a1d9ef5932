/** Looks at an experiment, without a workflow around them. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { Webhook } from "standardwebhooks";
import { expect, it, onTestFinished } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { openDatabase } from "../db/connection.ts";
import { writeGiven } from "../db/experiment-given.ts";
import { findWaitsFor, listLooks } from "../db/experiment-looks.ts";
import { listStoppedArms, stopArm } from "../db/experiment-stopped-arms.ts";
import { listArmAnswers } from "../db/experiment-sums.ts";
import { endExperiment, getExperiment, pauseExperiment, startExperiment } from "../db/experiments.ts";
import { listAlerts } from "../db/views/alerts.ts";
import { listRunningExperiments } from "../db/views/experiments.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { testDatabase } from "../tests/support/database.ts";
import { ageExperiment, quickExperiment, storeAudience } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { notifyTo } from "../tests/support/notified-run.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion, addShop } from "../tests/support/shop.ts";
import { webhookReceiver } from "../tests/support/webhook-receiver.ts";
import { alertActivities } from "./alerts.ts";
import { experimentActivities, type NextLook } from "./experiments.ts";

/** An experiment of versions that were live, and looks at it with the worker's login. */
async function setUp(change: Partial<ExperimentInput> = {}, definition: Partial<DefinitionInput> = {}) {
  const { db, url } = await testDatabase();
  for (const _ of [1, 2, 3]) await addLiveVersion(db);
  await addShop(db, "shop", definition);
  const { proof, personId } = await addTestPerson(db, "deployer");
  const frozen = freezePlan(experimentSchema.parse(quickExperiment(change)), {
    ...{ model: "shop", champion: 3, aliases: new Map() },
  });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  const worker = openDatabase(asLogin(url, "worker"), { applicationName: "holt-test-worker" });
  const folder = await mkdtemp(join(tmpdir(), "holt-look-"));
  onTestFinished(async () => {
    await worker.close();
    await rm(folder, { recursive: true });
  });
  const artifacts = new ArtifactStore(folder);
  const ingest = openDatabase(asLogin(url, "ingest"), { applicationName: "holt-test-ingest" });
  onTestFinished(ingest.close);
  const { lookAtExperiment } = experimentActivities({ database: worker, ingest, artifacts });
  const look = async () => {
    const looked = await new MockActivityEnvironment().run(() => lookAtExperiment({ experimentId: id }));
    const next = looked as NextLook;
    return { next, last: (await listLooks(db, id)).at(-1) };
  };
  const settings = notifyTo({ secret: () => SECRET });
  const { sendAlerts } = alertActivities({ database: worker, ingest, artifacts }, settings);
  return {
    db,
    send: () => new MockActivityEnvironment().run(sendAlerts, { model: "shop" }),
    worker: worker.db,
    url,
    proof,
    id,
    look,
    audience: { experimentId: id, model: "shop", reportedBy: personId },
  };
}

const SECRET = `whsec_${Buffer.from("an experiment is told to nobody else").toString("base64")}`;
const ALIKE = { people: 900, clickEvery: 4, spend: (at: number) => (at % 3 === 0 ? 10 : 0) };

it("blocks, and names the cause, when one arm lost more of what servers gave than another, and keeps that", async () => {
  const { db, id, look, audience } = await setUp();
  await storeAudience(db, audience, { control: ALIKE, treatment: ALIKE });
  const sound = await look();
  expect(sound.last?.analysis.sampleRatio).toEqual({ isMismatch: false, p: 1, causes: [] });
  const days = await listArmAnswers(db, id);
  const write = (server: string, more: Record<string, number>, notKept = 0) =>
    writeGiven(db, server, [
      ...days.map(({ arm, day, answers }) => ({
        ...{ experiment: id, arm, day, answers: answers + (more[arm] ?? 0), notKept },
      })),
      { experiment: "gone-x1", arm: "control", day: "2026-11-30", answers: 1, notKept: 0 },
    ]);
  const server = randomUUID();
  await write(server, { control: 30, treatment: 30 });
  const alike = await look();
  expect(alike.last?.analysis.sampleRatio).toMatchObject({ isMismatch: false, loss: { isMismatch: false } });
  await write(server, { control: 0, treatment: 60 });
  const unlike = await look();
  expect(unlike.next).toMatchObject({ isEnded: false, waits: true });
  expect(unlike.last).toMatchObject({
    verdict: "go_on",
    reason: expect.stringMatching(
      /^the arms lost unequal shares of the answers that servers gave, so nothing can be read from them; likely because what servers kept never came to PostgreSQL .+ for 6.3 % in arm treatment and 0 % in arm control$/,
    ),
  });
  expect(unlike.last?.analysis.counts[1]?.given).toEqual({ answers: 960, recorded: 900, notKept: 0 });
  expect(await findWaitsFor(db, id)).toMatch(/^the arms lost unequal shares .+: find out why, then holt/);
  await write(server, {});
  expect((await look()).last?.analysis.sampleRatio.isMismatch).toBe(true);
});

const THREE_ARMS = {
  arms: { control: { serve: 3, share: 0.4 }, one: { serve: 1, share: 0.3 }, two: { serve: 2, share: 0.3 } },
};
const POOR = { people: 900, clickEvery: 4, spend: (at: number) => (at % 12 === 0 ? 10 : 0) };

it("ends one of several arms for harm: its people get the control's version, and the others go on", async () => {
  const { db, worker, url, proof, id, look, audience } = await setUp(THREE_ARMS);
  await expect(stopArm(worker, id, "one")).rejects.toThrow("its last look does not say that it does harm");
  await storeAudience(db, audience, { control: { ...ALIKE, people: 1_200 }, one: POOR, two: ALIKE });
  const untilStopped = async () => {
    await look();
    return (await listStoppedArms(db, id)).map(({ arm }) => arm);
  };
  // people count once their second is over
  await expect.poll(untilStopped, { timeout: 20_000 }).toEqual(["one"]);
  const [served] = await listRunningExperiments(db);
  expect(served?.arms.map(({ name, version }) => [name, version])).toEqual([
    ...[
      ["control", 3],
      ["one", 3],
      ["two", 2],
    ],
  ]);
  const { stoppedArms, endedAt } = await getExperiment(db, id);
  expect(endedAt).toBeNull();
  expect(stoppedArms).toEqual([
    {
      arm: "one",
      at: expect.any(String),
      reason: expect.stringMatching(/^spend fell by 7\d.* surely worse/),
    },
  ]);
  const { next, last } = await look();
  expect(next).toMatchObject({ isEnded: false, waits: false });
  expect(last?.analysis.arms[0]).toMatchObject({
    arm: "one",
    verdict: "stop",
    stoppedAt: stoppedArms[0]?.at,
  });
  expect(last?.reason).toMatch(/^one, which was ended for harm: spend fell by .+; two: /);
  const said = await db.selectFrom("audit").select("detail").where("action", "=", "stop_arm").execute();
  expect(said.map(({ detail }) => detail)).toEqual([{ arm: "one", reason: stoppedArms[0]?.reason }]);

  await stopArm(worker, id, "one"); // once more is nothing
  await expect(stopArm(worker, id, "two")).rejects.toThrow("does not say that it does harm");
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test-server" });
  onTestFinished(server.close);
  await expect(stopArm(server.db, id, "two")).rejects.toThrow("permission denied");
  await endExperiment(db, { proof, id, reason: "seen" });
  await stopArm(worker, id, "two");
  expect((await getExperiment(db, id)).stoppedArms).toHaveLength(1);
});

it("leaves the last arm to the end of the whole experiment, and stops none of one that is paused", async () => {
  const { db, worker, id, look, audience } = await setUp(THREE_ARMS);
  await storeAudience(db, audience, { control: { ...ALIKE, people: 1_200 }, one: POOR, two: POOR });
  await expect.poll(async () => (await look()).last?.verdict, { timeout: 20_000 }).toBe("stop");
  expect(await getExperiment(db, id)).toMatchObject({ endedBy: null, stoppedArms: [] });
  const { last } = await look();
  expect(last?.reason).toMatch(/^one: spend fell by .+; two: spend fell by /);

  const other = await setUp(THREE_ARMS);
  await pauseExperiment(other.db, { proof: other.proof, id: other.id, reason: "the shop is down" });
  await expect(stopArm(other.worker, other.id, "one")).rejects.toThrow("is paused; resume it, or end it");
  await expect(stopArm(worker, "none-x1", "one")).rejects.toThrow("does not exist");
});

it("cannot tell while the SQL of a metric fails: it ships nothing, ends nothing, and says what to do", async () => {
  const sql = "select unit_id, 1 / (amount - amount) as value from {{ outcomes }} where kind = 'spend'";
  const { id, db, look, audience } = await setUp({
    metrics: {
      spend: { kind: "mean", of: { sql }, within: "1 s" },
      clicking: { kind: "proportion", of: "clicks", within: "1 s" },
    },
    currency: undefined,
  });
  await storeAudience(db, audience, { control: ALIKE, treatment: ALIKE });
  const why = `experiment "${id}" metric "spend": division by zero; holt experiment end ${id}, mend the SQL, and start another`;
  const untilMature = async () => (await look()).last?.reason;
  await expect.poll(untilMature, { timeout: 20_000 }).toBe(`cannot be told: ${why}`);
  const { next, last } = await look();
  expect(next).toMatchObject({ isEnded: false, waits: true });
  expect(last).toMatchObject({ verdict: "go_on" });
  expect(await findWaitsFor(db, id)).toBe(why);
});

it("tells the channels of the model's alerts, each once, of arms that end for harm, of its end and of what blocks it", async () => {
  const receiver = await webhookReceiver();
  const hook = { kind: "webhook", url: receiver.url, secretEnv: "HOLT_WEBHOOK_SECRET" } as const;
  const alerts: DefinitionInput["alerts"] = { channels: { team: hook, pager: { kind: "pagerduty" } } };
  const { db, id, look, send, audience } = await setUp(THREE_ARMS, { alerts });
  await storeAudience(db, audience, { control: { ...ALIKE, people: 1_200 }, one: POOR, two: ALIKE });
  const untilStopped = async () => {
    await look();
    return (await listStoppedArms(db, id)).map(({ arm }) => arm);
  };
  await expect.poll(untilStopped, { timeout: 20_000 }).toEqual(["one"]);
  await look();
  await ageExperiment(db, id, "20 d");
  expect((await look()).next.isEnded).toBe(true);
  expect((await look()).next.isEnded).toBe(true); // as after a look that died at the end
  expect(await send()).toEqual({ delivered: 2 });

  const other = await setUp({}, { alerts });
  await storeAudience(other.db, other.audience, { control: ALIKE, treatment: { ...ALIKE, people: 1_500 } });
  await other.look();
  await other.look();
  expect(await other.send()).toEqual({ delivered: 1 });
  const events = receiver.received.map(({ body, headers }) => new Webhook(SECRET).verify(body, headers));
  expect(events).toMatchObject([
    {
      ...{ type: "holt.experiment.arm_stopped", source: "/models/shop", subject: `experiment/${id}` },
      data: {
        experiment: id,
        arm: "one",
        verdict: "stop",
        reason: expect.stringMatching(/^spend fell by /),
        waitsFor: null,
      },
    },
    {
      type: "holt.experiment.ended",
      data: { verdict: "inconclusive", hypothesis: "Version 2 shows what people buy." },
    },
    {
      type: "holt.experiment.blocked",
      data: {
        experiment: other.id,
        reason: expect.stringContaining("nothing can be read"),
        waitsFor: expect.stringContaining("find out why"),
      },
    },
  ]);
  const written = await listAlerts(other.db, { model: "shop" });
  expect(written).toMatchObject([
    { experiment: other.id, incident: null, channel: "team", state: "delivered" },
  ]);
});
