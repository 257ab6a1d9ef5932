import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { expect, it, onTestFinished } from "vitest";
import type { MonitorCheck } from "../core/api.ts";
import { openIncident } from "../db/incidents.ts";
import { addMonitorRun } from "../db/monitoring.ts";
import { findLive } from "../db/versions.ts";
import { getIncident } from "../db/views/incidents.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addLiveVersion, addShop } from "../tests/support/shop.ts";
import { incidentActionActivities } from "./incident-actions.ts";

const MOVED: MonitorCheck = {
  ...{ id: "scores", title: "Scores", verdict: "fail", value: "0.9", threshold: "0.25" },
  ...{ explanation: "They moved.", cause: "deployment:2" },
};

it("doesn't go back to a version whose files are gone, says why, and does the rest", async () => {
  const database = await testDatabase();
  const { db } = database;
  await addLiveVersion(db);
  await addLiveVersion(db);
  const causes = ["deployment"];
  const actions = { back: { do: "roll_back", causes }, list: { do: "popularity_list", causes } } as const;
  await addShop(db, "shop", { monitor: { actions } });
  const at = new Date();
  const id = await db.transaction().execute(async (trx) => {
    const look = { id: "shop-1", model: "shop", version: 2, at, duration_ms: 1, verdict: "fail" } as const;
    await addMonitorRun(trx, { ...look, checks: JSON.stringify([MOVED]) });
    return openIncident(trx, { model: "shop", cause: MOVED.cause, title: "moved", symptoms: [MOVED], at });
  });
  const folder = await mkdtemp(join(tmpdir(), "holt-empty-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const artifacts = new ArtifactStore(folder);
  const { actOnIncidents } = incidentActionActivities({ database, ingest: database, artifacts });
  const run = () =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") }).run(actOnIncidents, {
      model: "shop",
    });
  expect(await run()).toEqual({ acted: 2 });
  expect(await run()).toEqual({ acted: 0 });
  const found = (await getIncident(db, id)).actions.map(({ name, state, reason }) => [name, state, reason]);
  expect(found.sort()).toEqual([
    ["back", "withheld", expect.stringMatching(/is not in the store/)],
    ["list", "taken", "everybody gets the popularity list of version 2"],
  ]);
  expect(await findLive(db, "shop")).toMatchObject({ version: 2 });
});
