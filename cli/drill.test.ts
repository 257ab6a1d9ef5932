/** `holt drill` through a real worker, with the logins that Holt's processes have. */
import { expect, inject, it, onTestFinished } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { approve, start } from "../tests/support/runs.ts";
import { smallModel } from "../tests/support/small-model.ts";
import { openStage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";

it("prints what was found, and ends with 1 when that is less than was wanted", async () => {
  const stage = await openStage();
  onTestFinished(stage.close);
  onTestFinished(await startWorkers(stage));
  const freshness = { measure: "delivery", maxAge: "36 h" } as const;
  const { ratings, titles } = smallModel().sources as Sources;
  await stage.apply({ sources: { ratings: { ...ratings, freshness }, titles: { ...titles, freshness } } });
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  const env = {
    ...(await envOf(stage.database, "submitter")),
    ...{ TEMPORAL_ADDRESS: inject("temporalAddress"), TEMPORAL_NAMESPACE: stage.namespace },
  };
  const asked = ["drill", "shelf", "--fault", "source_stops", "--days", "2", "--trials", "1", "--seed", "3"];

  const passed = await holt([...asked, "--at-least", "1"], env);
  expect(passed).toMatchObject({ code: 0, stderr: "" });
  expect(passed.stdout).toContain("shelf (version 1): 2 nights from ");
  expect(passed.stdout).toMatch(/^source_stops +1 of 1 +14 h +14 h +1 of 1 +freshness +a source is not/m);
  expect(passed.stdout).toMatch(/^false alarms on the 2 clean days: 0 \(0\.0 in 100 days\)$/m);
  expect(passed.stdout).toContain(
    'Source "ratings" has 12 new rows a night; columns are judged from 200 on.',
  );

  const failed = await holt([...asked, "--at-least", "2", "--json"], env);
  expect(failed).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(failed.stdout)).toMatchObject({
    ...{ seed: 3, faults: [{ fault: "source_stops", caught: 1 }] },
    gate: { atLeast: 2, within: 1, caught: 1, of: 1, isPassed: false },
  });

  const tooLong = await holt(["drill", "shelf", "--days", "300"], env);
  expect(tooLong).toMatchObject({ code: 2, stdout: "" });
  expect(tooLong.stderr).toMatch(
    /^model "shelf": its newest snapshots have rows of \d+ whole days, .* use --days \d+\n$/,
  );
  expect(await holt(["drill", "shelf"], await envOf(stage.database, "viewer"))).toMatchObject({
    code: 1,
    stdout: "",
  });
});

type Sources = Record<"ratings" | "titles", NonNullable<DefinitionInput["sources"][string]>>;
