/** Editorial rules from the definition to what people sign and are shown, on a real run. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { qaReportSchema } from "../core/qa-report.ts";
import { readReleaseRules } from "../core/release-rules.ts";
import type { QaDetail } from "../core/step-details.ts";
import { findRelease, getReport } from "../db/releases.ts";
import { findStepDetail } from "../db/steps.ts";
import { start, type TestRun, untilRun } from "../tests/support/runs.ts";
import { smallModel } from "../tests/support/small-model.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";

const RULES: DefinitionInput["rules"] = [
  { kind: "ban", name: "no_i08", item: "i08" },
  { kind: "pin", name: "first", item: "i30", rank: 1 },
  { kind: "apart", name: "mixed", column: "kind" },
];
const { features } = smallModel();
const items = {
  sql: "select item_id, title, case when item_id in ('i00', 'i01') then 'late' else item_id end as kind from {{ titles }}",
};
const RULED = { rules: RULES, features: { ...features, items } };

let stage: Stage;
let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

async function runWith(change: Partial<DefinitionInput>, runKey: string) {
  await stage.apply(change);
  const run: TestRun = await start(stage, { runKey });
  await untilRun(stage, run, "waiting_for_review");
  const { db } = stage.database;
  const detail = (await findStepDetail(db, { runId: run.runId, step: "qa" })) as unknown as QaDetail;
  return {
    release: await findRelease(db, detail.releaseDigest),
    report: qaReportSchema.parse(await getReport(db, detail.reportDigest)),
  };
}

it("are in the release with the cells that they go by, in the report and on its shelves; refused where the items table lacks what they name", async () => {
  const { release, report } = await runWith(RULED, "ruled");
  const rules = readReleaseRules(await stage.artifacts.get(String(release?.rulesDigest)));
  expect(rules.rules).toEqual(RULES);
  expect([...rules.known].sort()).toEqual(["i08", "i30"]);
  expect(rules.values.get("kind")?.get("i01")).toEqual(["late"]);
  expect(report.rules).toEqual([
    { name: "no_i08", kind: "ban", says: expect.stringMatching(/^never “/) },
    { name: "first", kind: "pin", says: expect.stringMatching(/” in place 1$/) },
    {
      ...{ name: "mixed", kind: "apart" },
      says: "never two of the same kind directly after one another",
    },
  ]);
  const [preview] = report.previews;
  expect(preview?.candidate[0]).toMatchObject({ itemId: "i30", rule: { kind: "pin", name: "first" } });
  for (const shelf of [preview?.candidate, preview?.baseline])
    expect(shelf?.map(({ itemId }) => itemId)).not.toContain("i08");

  await expect(
    stage.apply({
      ...RULED,
      rules: [
        { kind: "ban", name: "gone", item: "i99" },
        { kind: "apart", name: "mixed", column: "knid" },
      ],
    }),
  ).rejects.toThrow(
    /^rules\[0\]\.item: "i99" is not in the items table of run "[^"]+"; write an id that is, or run first\nrules\[1\]\.column: "knid" is not a column of the items table, which has "item_id", "title", "kind"; did you mean "kind"\?$/,
  );
  const without = await runWith({ features: RULED.features }, "plain");
  expect(without.release).not.toHaveProperty("rulesDigest");
  expect(without.report).not.toHaveProperty("rules");
  expect(without.report.previews[0]).not.toHaveProperty("taken");
});

it("have with a share of new items when each became known; refused where the column is no time", async () => {
  const timed = {
    sql: "select item_id, title, timestamptz '2026-11-01 00:00:00Z' as added_at from {{ titles }} where item_id < 'i05' union all select item_id, title, null from {{ titles }} where item_id >= 'i05'",
  };
  const newItems = { share: 0.1, within: "14 d", column: "added_at" };
  const change = { features: { ...features, items: timed }, newItems };
  const { release } = await runWith(change, "fresh");
  const rules = readReleaseRules(await stage.artifacts.get(String(release?.rulesDigest)));
  expect(rules.newItems).toMatchObject({ share: 0.1, withinMs: 14 * 86_400_000 });
  const at = Date.parse("2026-11-01T00:00:00Z");
  expect([...(rules.newItems?.since ?? [])]).toEqual(
    ["i00", "i01", "i02", "i03", "i04"].map((id) => [id, at]),
  );
  await expect(stage.apply({ ...change, filters: ["title", "genre"] })).rejects.toThrow(
    'filters[1]: "genre" is not a column of the items table, which has "item_id", "title", "added_at"',
  );
  await expect(stage.apply({ ...change, newItems: { ...newItems, column: "title" } })).rejects.toThrow(
    'newItems.column: "title" is a column of the items table, but not of a time; write one that is',
  );
  await expect(stage.apply({ ...change, newItems: { ...newItems, column: "addd_at" } })).rejects.toThrow(
    'newItems.column: "addd_at" is not a column of the items table, which has "item_id", "title", "added_at"; did you mean "added_at"?',
  );
});
