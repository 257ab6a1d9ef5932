import { OpenFeature } from "@openfeature/server-sdk";
import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { endExperiment, pauseExperiment, startExperiment } from "../db/experiments.ts";
import { placeOf } from "../store/place-of.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment, smallHoldout } from "../tests/support/experiments.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { testServer } from "../tests/support/server.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { HoltProvider } from "./provider.ts";

/** A server that listens, with a deployer's hand on its experiments, and a client of the OpenFeature SDK. */
async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  await addLiveVersion(db);
  await addLiveVersion(db);
  const server = await testServer(database);
  await server.app.listen({ port: 0, host: "127.0.0.1" });
  const { proof } = await addTestPerson(db, "deployer");
  const { authorization = "" } = await server.asProgram("viewer");
  const address = server.app.server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const start = async (change: Partial<ExperimentInput> = {}) => {
    const settings = experimentSchema.parse(smallExperiment(change));
    const frozen = freezePlan(settings, { model: "shop", champion: 2, aliases: new Map() });
    if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
    return startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  };
  const problems: Error[] = [];
  const open = async () => {
    const settings = { url: `http://127.0.0.1:${port}`, token: authorization.replace("Bearer ", "") };
    const provider = new HoltProvider({
      ...{ ...settings, model: "shop", refreshMs: 50, onProblem: (error) => problems.push(error) },
    });
    const domain = `test-${port}`;
    await OpenFeature.setProviderAndWait(domain, provider);
    onTestFinished(() => provider.onClose());
    return OpenFeature.getClient(domain);
  };
  return { db, server, proof, start, open, problems };
}

const person = (targetingKey: string) => ({ targetingKey });

it("gives the OpenFeature SDK the arm that Holt's servers give, as text, number, boolean and whole", async () => {
  const { start, open } = await setUp();
  const id = await start({ traffic: 0.5 });
  const client = await open();
  for (const name of Array.from({ length: 30 }, (_, at) => `person-${at}`)) {
    const isIn = placeOf("layer:shop", name) < 0.5;
    const arm = placeOf(id, name) < 0.5 ? "control" : "treatment";
    expect(await client.getStringDetails("shop", "none", person(name))).toMatchObject(
      isIn
        ? { value: arm, variant: arm, reason: "SPLIT", flagMetadata: { experiment: id, unit: name } }
        : { value: "none", reason: "DEFAULT" },
    );
    const [version, isTreated] = arm === "control" ? [1, false] : [2, true];
    expect(await client.getNumberValue(id, 0, person(name))).toBe(isIn ? version : 0);
    expect(await client.getBooleanValue("shop", false, person(name))).toBe(isIn && isTreated);
    expect(await client.getObjectValue("shop", {}, person(name))).toEqual(
      isIn ? { experiment: id, arm, version, listOnly: false } : {},
    );
  }
});

it("goes by holdouts first, by households, pauses and ends, each within a refresh", async () => {
  const { db, proof, start, open } = await setUp();
  const id = await start({ unit: "household" });
  const holdout = await start(smallHoldout());
  const client = await open();
  const held =
    Array.from({ length: 200 }, (_, at) => `p${at}`).find((one) => placeOf(holdout, one) >= 0.9) ?? "";
  const free =
    Array.from({ length: 200 }, (_, at) => `p${at}`).find((one) => placeOf(holdout, one) < 0.9) ?? "";
  const home = Array.from({ length: 200 }, (_, at) => `h${at}`).find((one) => placeOf(id, one) >= 0.5) ?? "";
  const armOf = (who: string) =>
    client.getStringDetails("shop", "none", { targetingKey: who, household: home });
  expect(await armOf(held)).toMatchObject({ value: "held_out", flagMetadata: { experiment: holdout } });
  expect(await armOf(free)).toMatchObject({
    value: "treatment",
    flagMetadata: { experiment: id, unit: home },
  });
  await pauseExperiment(db, { proof, id, reason: "x" });
  await expect
    .poll(() => armOf(free))
    .toMatchObject({ value: "control", reason: "DISABLED", flagMetadata: { assignedArm: "treatment" } });
  await endExperiment(db, { proof, id, reason: "x" });
  await expect.poll(() => armOf(free)).toMatchObject({ value: "none", reason: "DEFAULT" });
  expect(await client.getStringDetails(id, "none", person(free))).toMatchObject({ reason: "DISABLED" });
});

it("says what it cannot answer, and answers what it knows while Holt is away", async () => {
  const { server, start, open, problems } = await setUp();
  await start();
  const client = await open();
  expect(await client.getStringDetails("other", "none", person("ann"))).toMatchObject({
    ...{ value: "none", reason: "ERROR", errorCode: "FLAG_NOT_FOUND" },
    errorMessage: '"other" is neither model "shop" nor one of its experiments',
  });
  expect(await client.getStringDetails("shop", "none", {})).toMatchObject({
    ...{ value: "none", errorCode: "TARGETING_KEY_MISSING" },
  });
  const before = await client.getStringValue("shop", "none", person("ann"));
  await server.close();
  await expect
    .poll(() => client.getStringDetails("shop", "none", person("ann")))
    .toMatchObject({ value: before, reason: "STALE" });
  expect(problems.length).toBeGreaterThanOrEqual(3);
});
