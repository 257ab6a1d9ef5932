/** What servers gave in arms of experiments, counted where nothing of it can be lost. */
import { expect, it } from "vitest";
import { experimentSchema } from "../../core/definition-experiment.ts";
import { freezePlan } from "../../core/experiment-plan.ts";
import { listGiven } from "../../db/experiment-given.ts";
import { listArmAnswers, refreshSums } from "../../db/experiment-sums.ts";
import { overrideArm, startExperiment } from "../../db/experiments.ts";
import { placeOf } from "../../store/place-of.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";
import { GivenTally } from "./given-tally.ts";

const PEOPLE = Array.from({ length: 12 }, (_, at) => `person-${at}`);

it("counts what a server answers in each arm, once it is stored: as much as exposures say that were recorded", async () => {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const headers = await server.asProgram("service");
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts) });
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts, "i", 10) });
  await addHistories(database, Object.fromEntries(PEOPLE.map((person) => [person, ["i08", "i09"]])));
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(2);
  const { proof } = await addTestPerson(db, "deployer");
  const frozen = freezePlan(experimentSchema.parse(smallExperiment()), {
    ...{ model: "shop", champion: 2, aliases: new Map() },
  });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  await overrideArm(db, { proof, id, unit: "by-hand", arm: "treatment", reason: "to look" });
  await server.live.look();
  const ask = (user: string) =>
    server.app.inject({ url: `/v1/models/shop/recommendations?user=${user}&country=DE`, headers });
  for (const person of [...PEOPLE, ...PEOPLE, "by-hand", "ann&expose=0"])
    expect((await ask(person)).statusCode).toBe(200);
  await server.spool.flush();
  const inControl = PEOPLE.filter((person) => placeOf(id, person) < 0.5).length;
  const given = await listGiven(db, id);
  expect(given.map(({ arm, answers, notKept }) => [arm, answers, notKept])).toEqual([
    ["control", 2 * inControl, 0],
    ["treatment", 2 * (PEOPLE.length - inControl), 0],
  ]);
  await refreshSums(db, { experimentId: id });
  const recorded = await listArmAnswers(db, id);
  expect(recorded.map(({ arm, day, answers }) => [arm, day, answers])).toEqual(
    given.map(({ arm, day, answers }) => [arm, day, answers]),
  );
  await server.spool.flush();
  expect(await listGiven(db, id)).toEqual(given);
  expect(server.problems).toEqual([]);
});

it("counts by day what could not be kept, too, and gives all of it again when it could not be written", () => {
  const tally = new GivenTally();
  const given = { experiment: "shop-x1", arm: "treatment", atMs: Date.parse("2024-12-23T23:59:59.999Z") };
  tally.count({ ...given, isKept: true });
  tally.count({ ...given, isKept: false });
  tally.count({ ...given, atMs: given.atMs + 1, isKept: true });
  const all = [
    { experiment: "shop-x1", arm: "treatment", day: "2024-12-23", answers: 2, notKept: 1 },
    { experiment: "shop-x1", arm: "treatment", day: "2024-12-24", answers: 1, notKept: 0 },
  ];
  expect(tally.takeNew()).toEqual(all);
  expect(tally.takeNew()).toEqual([]);
  tally.giveBack();
  expect(tally.takeNew()).toEqual(all);
});
