/** What `holt review` says of runs that leave nothing to decide. */
import { expect, it } from "vitest";
import type { Decision } from "../core/api.ts";
import { insertRun } from "../db/runs.ts";
import { testDatabase } from "../tests/support/database.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addOpenReview, addShop } from "../tests/support/shop.ts";

it("says of a second approval that it was approved already, by whom and when", async () => {
  const database = await testDatabase();
  // no workflow is behind this run; with Temporal out of reach the decision is kept all the same
  const env = { ...(await envOf(database, "reviewer", "rita")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  const { runId } = await addOpenReview(database.db);
  const approve = ["review", "approve", runId, "--reason", "good"];
  const first = await holt(approve, env);
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`run ${runId}: approved by rita\n`),
  });
  const second = await holt(approve, env);
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/^run shop-\w+: already approved by rita at .+ UTC; that decision stands$/m);
  const { id } = JSON.parse((await holt([...approve, "--json"], env)).stdout) as Decision;
  expect(await database.db.selectFrom("decision").select("id").execute()).toEqual([{ id }]);
});

it("says how a run ended that has no report", async () => {
  const database = await testDatabase();
  const definition_digest = await addShop(database.db);
  const run = { model: "shop", definition_digest, as_of: new Date(), trigger: "person" } as const;
  await insertRun(database.db, { ...run, id: "shop-1", run_key: "1", workflow_id: "run/shop/1" });
  const show = () => holt(["review", "show", "shop-1"], { DATABASE_URL: database.url });
  expect(await show()).toEqual({
    code: 1,
    stdout: "",
    stderr: 'run "shop-1": has no QA report yet; see "holt run show shop-1"\n',
  });
  const reason = "no candidate is better than version 1";
  await setRunEnd(database.db, "shop-1", { state: "finished", outcome: "no_change", reason });
  expect((await show()).stderr).toBe(
    `run "shop-1": ended as no change (${reason}), before a QA report was made; see "holt run show shop-1"\n`,
  );
  expect((await holt(["review", "show", "shop-2"], { DATABASE_URL: database.url })).stderr).toBe(
    'run "shop-2": is not in the database; see "holt runs"\n',
  );
});
