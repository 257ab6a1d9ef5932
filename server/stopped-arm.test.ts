/** An arm that was ended for harm while others go on, as people and other tools are answered. */
import { OpenFeature } from "@openfeature/server-sdk";
import { expect, it, onTestFinished } from "vitest";
import type { Recommendations } from "../core/api.ts";
import { experimentSchema } from "../core/definition-experiment.ts";
import type { ArmFinding } from "../core/experiment/look.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { saveLook } from "../db/experiment-looks.ts";
import { stopArm } from "../db/experiment-stopped-arms.ts";
import { startExperiment } from "../db/experiments.ts";
import { HoltProvider } from "../openfeature/provider.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment } from "../tests/support/experiments.ts";
import { addHistories } from "../tests/support/histories.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { testServer } from "../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../tests/support/shop.ts";

const PEOPLE = Array.from({ length: 12 }, (_, at) => `person-${at}`);
const HARM: ArmFinding = {
  ...{ arm: "one", verdict: "stop", reason: "spend fell by 9 %" },
  ...{ guardrails: [], opposites: [], metrics: [] },
};

it("answers its people by the control's version, under the arm's own name, and all others as before", async () => {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const headers = await server.asProgram("service");
  for (const items of [12, 10, 11])
    await addLiveVersion(db, { artifacts: await storeModels(server.artifacts, "i", items) });
  await addHistories(database, Object.fromEntries(PEOPLE.map((person) => [person, ["i08", "i09"]])));
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(3);
  const { proof } = await addTestPerson(db, "deployer");
  const arms = {
    control: { serve: 3, share: 0.4 },
    one: { serve: 1, share: 0.3 },
    two: { serve: 2, share: 0.3 },
  };
  const frozen = freezePlan(experimentSchema.parse(smallExperiment({ arms })), {
    ...{ model: "shop", champion: 3, aliases: new Map() },
  });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  await server.live.look();
  const answers = async () => {
    const versions: Record<string, number> = {};
    for (const user of PEOPLE) {
      const { body } = await server.app.inject({
        url: `/v1/models/shop/recommendations?user=${user}`,
        headers,
      });
      const { experiment, version }: Recommendations = JSON.parse(body);
      versions[experiment?.arm ?? ""] = version;
    }
    return versions;
  };
  expect(await answers()).toEqual({ control: 3, one: 1, two: 2 });

  const sampleRatio = { isMismatch: false, p: 1, causes: [] };
  await saveLook(
    db,
    id,
    {
      ...{ day: 0, verdict: "go_on", arm: null, reason: "one: spend fell by 9 %" },
      analysis: { counts: [], sampleRatio, arms: [HARM] },
    },
    { plannedUnits: undefined, isMismatch: false, waitsFor: null },
  );
  await stopArm(db, id, "one");
  await expect.poll(answers).toEqual({ control: 3, one: 3, two: 2 });

  await server.app.listen({ port: 0, host: "127.0.0.1" });
  const address = server.app.server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { authorization = "" } = await server.asProgram("viewer");
  const token = authorization.replace("Bearer ", "");
  const provider = new HoltProvider({ url: `http://127.0.0.1:${port}`, token, model: "shop" });
  await OpenFeature.setProviderAndWait("stopped-arm", provider);
  onTestFinished(() => provider.onClose());
  const client = OpenFeature.getClient("stopped-arm");
  const told = await Promise.all(
    PEOPLE.map((targetingKey) => client.getStringDetails("shop", "none", { targetingKey })),
  );
  expect(new Set(told.map(({ value, reason }) => `${value} ${reason}`))).toEqual(
    new Set(["control SPLIT", "control DISABLED", "two SPLIT"]),
  );
  expect(server.problems).toEqual([]);
});
