import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Recommendations } from "../../../core/api.ts";
import { type ExperimentInput, experimentSchema } from "../../../core/definition-experiment.ts";
import { freezePlan } from "../../../core/experiment-plan.ts";
import {
  endExperiment,
  growExperiment,
  overrideArm,
  pauseExperiment,
  resumeExperiment,
  startExperiment,
} from "../../../db/experiments.ts";
import { addSafeguard } from "../../../db/safeguards.ts";
import { listServers } from "../../../db/servers.ts";
import { placeOf } from "../../../store/place-of.ts";
import { failingForKnown } from "../../../tests/faults/hostile-models.ts";
import { testDatabase } from "../../../tests/support/database.ts";
import { smallExperiment, smallHoldout } from "../../../tests/support/experiments.ts";
import { addHistories } from "../../../tests/support/histories.ts";
import { addTestPerson } from "../../../tests/support/reviewed-run.ts";
import { testServer } from "../../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../../tests/support/shop.ts";

const PEOPLE = Array.from({ length: 40 }, (_, at) => `person-${at}`);

/** Version 1 was live, version 2 is; `start` begins an experiment and waits until the server answers by it. */
async function setUp(change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const headers = await server.asProgram("service");
  const first = await storeModels(server.artifacts);
  await addLiveVersion(db, { artifacts: first });
  const second = await storeModels(server.artifacts, "i", 10);
  const artifact = await server.artifacts.put(change(await server.artifacts.get(second.artifact)));
  await addLiveVersion(db, { artifacts: { artifact, fallback: second.fallback } });
  await addHistories(database, Object.fromEntries(PEOPLE.map((person) => [person, ["i08", "i09"]])));
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(2);
  const { proof } = await addTestPerson(db, "deployer");
  const start = async (plan: Partial<ExperimentInput> = {}) => {
    const frozen = freezePlan(experimentSchema.parse(smallExperiment(plan)), {
      ...{ model: "shop", champion: 2, aliases: new Map() },
    });
    if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
    const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
    await server.live.look();
    return id;
  };
  const ask = async (user: string, more = ""): Promise<Recommendations> => {
    const answer = await server.app.inject({
      url: `/v1/models/shop/recommendations?user=${user}${more}`,
      headers,
    });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json();
  };
  const stored = async () => {
    await server.spool.flush();
    const columns = [
      "user_id",
      "version",
      "arm",
      "context",
      "experiment",
      "assigned_arm",
      "unit_id",
      "left_out",
      "answer_ms",
    ] as const;
    return db.selectFrom("exposure").select(columns).orderBy("id").execute();
  };
  return { database, db, server, headers, proof, start, ask, stored, first, second };
}

it("answers each arm by its version, and all others by what is live; the exposure has the arm", async () => {
  const { server, start, ask, stored, db } = await setUp();
  const id = await start({ traffic: 0.5 });
  for (const person of PEOPLE) {
    const isIn = placeOf("layer:shop", person) < 0.5;
    const arm = placeOf(id, person) < 0.5 ? "control" : "treatment";
    const answer = await ask(person);
    expect(answer).toMatchObject(
      isIn
        ? { arm, experiment: { id, arm }, version: arm === "control" ? 1 : 2, fallback: false }
        : { arm: "champion", version: 2 },
    );
    expect("experiment" in answer).toBe(isIn);
  }
  const rows = await stored();
  expect(new Set(rows.map(({ assigned_arm }) => assigned_arm))).toEqual(
    new Set([null, "control", "treatment"]),
  );
  for (const row of rows)
    expect(row).toMatchObject(
      row.experiment === null
        ? { assigned_arm: null, unit_id: null, context: null }
        : {
            ...{ experiment: id, assigned_arm: row.arm, unit_id: row.user_id, left_out: null, context: null },
            // what is measured is compared with no clock: only that it is there
            answer_ms: expect.any(Number),
          },
    );
  await expect
    .poll(async () => (await listServers(db)).flatMap(({ versions }) => versions))
    .toContainEqual({ model: "shop", version: 1, problem: null });
  expect(server.problems).toEqual([]);
});

it("leaves nobody where they are not when traffic grows, and ends within one look", async () => {
  const { db, server, proof, start, ask } = await setUp();
  const id = await start({ traffic: 0.2, growsTo: 1 });
  const armOf = async (person: string) => (await ask(person)).experiment?.arm;
  const before = await Promise.all(PEOPLE.map(armOf));
  await growExperiment(db, { proof, id, traffic: 1, reason: "x" });
  await server.live.look();
  const after = await Promise.all(PEOPLE.map(armOf));
  expect(after).not.toContain(undefined);
  before.forEach((arm, at) => {
    if (arm) expect(after[at]).toBe(arm);
  });
  await endExperiment(db, { proof, id, reason: "x" });
  await server.live.look();
  expect(await ask("person-1")).toMatchObject({ version: 2, arm: "champion" });
  expect(server.live.held()).toEqual([{ model: "shop", version: 2, problem: null }]);
});

it("keeps the arm that was meant where its model fails, and leaves out whom somebody put there", async () => {
  const { db, server, proof, start, ask, stored } = await setUp(failingForKnown);
  const id = await start();
  await overrideArm(db, { proof, id, unit: "qa-1", arm: "control", reason: "x" });
  await overrideArm(db, { proof, id, unit: "person-1", arm: "treatment", reason: "x" });
  await server.live.look();
  const failing = PEOPLE.find((person) => placeOf(id, person) >= 0.5) ?? "";
  expect(await ask(failing)).toMatchObject({
    arm: "fallback",
    fallback: true,
    version: 2,
    experiment: { arm: "treatment" },
  });
  expect(await ask("qa-1")).toMatchObject({ version: 1, experiment: { arm: "control" } });
  await ask("person-1");
  expect(await stored()).toMatchObject([
    { arm: "fallback", assigned_arm: "treatment", left_out: null },
    { assigned_arm: "control", left_out: "override" },
    { assigned_arm: "treatment", left_out: "override" },
  ]);
});

it("answers everybody in a paused experiment by the control, which does not count, and by their arms after", async () => {
  const { db, server, proof, start, ask, stored } = await setUp();
  const id = await start();
  const treated = PEOPLE.find((person) => placeOf(id, person) >= 0.5) ?? "";
  await overrideArm(db, { proof, id, unit: "person-1", arm: "treatment", reason: "x" });
  await pauseExperiment(db, { proof, id, reason: "x" });
  await server.live.look();
  expect(await ask(treated)).toMatchObject({
    version: 1,
    arm: "control",
    experiment: { id, arm: "treatment" },
  });
  expect(await ask("person-1")).toMatchObject({ version: 2, arm: "treatment" });
  await expect
    .poll(() => readFile(join(server.servingFolder, "live.json"), "utf8"))
    .toContain('"isPaused":true');
  await resumeExperiment(db, { proof, id, reason: "x" });
  await server.live.look();
  expect(await ask(treated)).toMatchObject({ version: 2, arm: "treatment" });
  expect(await stored()).toMatchObject([
    { user_id: treated, arm: "control", assigned_arm: "treatment", left_out: "paused" },
    { user_id: "person-1", arm: "treatment", left_out: "override" },
    { user_id: treated, arm: "treatment", assigned_arm: "treatment", left_out: null },
  ]);
});

it("does not count a list that is the same in every arm, nor one that everybody gets", async () => {
  const { db, server, proof, start, ask, stored, first, second } = await setUp();
  await addLiveVersion(db, { artifacts: { artifact: second.artifact, fallback: first.fallback } });
  const arms = { control: { serve: 1, share: 0.5 }, treatment: { serve: 3, share: 0.5 } };
  // versions 1 and 3 have one popularity list, 1 and 2 have not
  const same = await start({ arms, traffic: 0.5 });
  const stranger = Array.from({ length: 99 }, (_, at) => `stranger-${at}`).find(
    (one) => placeOf("layer:shop", one) < 0.5,
  );
  await ask(String(stranger));
  await endExperiment(db, { proof, id: same, reason: "x" });
  await start();
  await ask(String(stranger));
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await addSafeguard(db, { proof, kind: "baseline", model: "shop", until, reason: "x" });
  await server.live.look();
  expect(await ask("person-1")).toMatchObject({ arm: "fallback", fallback: true });
  expect((await stored()).map(({ left_out }) => left_out)).toEqual(["no_difference", null, "baseline_now"]);
});

it("goes by households and sessions where the plan does, and leaves out who names none", async () => {
  const { start, ask, stored } = await setUp();
  await start({ unit: "household" });
  const [one, other] = [await ask("person-1", "&household=h7"), await ask("person-2", "&household=h7")];
  expect(one.experiment).toEqual(other.experiment);
  expect((await ask("person-1")).experiment).toBeUndefined();
  expect((await stored()).map(({ unit_id }) => unit_id)).toEqual(["h7", "h7", null]);
});

it("shows the popularity list to an arm that is one, and to people held out, who go before any experiment", async () => {
  const { start, ask } = await setUp();
  const arms = { control: { serve: "champion", share: 0.5 }, list: { serve: "baseline", share: 0.5 } };
  const id = await start({ arms });
  const inList = PEOPLE.filter((person) => placeOf(id, person) >= 0.5);
  const list = await ask(inList[0] ?? "");
  expect(list).toMatchObject({ arm: "list", version: 2, fallback: false });
  expect(list.items.every(({ filled }) => filled === undefined)).toBe(true);
  const holdout = await start(smallHoldout());
  for (const person of PEOPLE)
    expect((await ask(person)).experiment).toMatchObject(
      placeOf(holdout, person) >= 0.9 ? { id: holdout, arm: "held_out" } : { id },
    );
});

it("answers by it after a start with nothing reachable", async () => {
  const { server, headers, start, ask, database } = await setUp();
  const id = await start();
  const before = await Promise.all(PEOPLE.slice(0, 8).map((person) => ask(person)));
  await expect
    .poll(() => readFile(join(server.servingFolder, "live.json"), "utf8"))
    .toContain(`"id":"${id}"`);
  await server.close();
  await database.pool.query("drop table experiment_override, experiment_arm, experiment cascade");
  const alone = await testServer(database, { servingFolder: server.servingFolder });
  const askAlone = async (person: string) => {
    const url = `/v1/models/shop/recommendations?user=${person}`;
    return (await alone.app.inject({ url, headers })).json<Recommendations>();
  };
  // until the arms' versions are loaded, what is live answers
  await expect.poll(async () => (await askAlone("person-0")).experiment?.id).toBe(id);
  const after = await Promise.all(PEOPLE.slice(0, 8).map(askAlone));
  expect(after.map(({ experiment, version }) => ({ experiment, version }))).toEqual(
    before.map(({ experiment, version }) => ({ experiment, version })),
  );
});
