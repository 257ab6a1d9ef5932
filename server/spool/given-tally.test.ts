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
  for (const person of [...PEOPLE, ...PEOPLE, "by-hand"]) expect((await ask(person)).statusCode).toBe(200);
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

const line = (context: object) =>
  `0193f3c1-0000-7000-8000-000000000000\t2024-12-23T20:00:00.000Z\tshop\t1\tx\tf\tann\t1\t{}\t{}\t\\N\t${JSON.stringify(context)}\n`;
const ofArm = (more: object = {}) => ({
  experiment: { id: "shop-x1", arm: "treatment", unit: "ann", ...more },
});

it("counts what could not be kept, too; and no outcome, nobody outside, nobody whom the analysis leaves out", async () => {
  const tally = new GivenTally();
  const kept = tally.over({ append: async () => true });
  const full = tally.over({ append: async () => false });
  expect(await kept.append("exposure", [line(ofArm()), line(ofArm({ ms: 1.5 }))])).toBe(true);
  expect(await full.append("exposure", [line(ofArm())])).toBe(false);
  await kept.append("exposure", [line({ country: "DE" }), line(ofArm({ leftOut: "override" }))]);
  await kept.append("exposure", [line({ filters: { a: '"experiment":{"id":"shop-x9","arm":"b"' } })]);
  await kept.append("outcome", [line(ofArm())]);
  const all = [{ experiment: "shop-x1", arm: "treatment", day: "2024-12-23", answers: 3, notKept: 1 }];
  expect(tally.takeNew()).toEqual(all);
  expect(tally.takeNew()).toEqual([]);
  tally.giveBack();
  expect(tally.takeNew()).toEqual(all);
});
