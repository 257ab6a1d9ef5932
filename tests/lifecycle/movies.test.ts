/** examples/movies through the real lifecycle: what its QA settings find on MovieLens. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkDefinition } from "../../core/check-definition.ts";
import { CHECK_GROUPS, qaReportSchema } from "../../core/qa-report.ts";
import type { QaDetail } from "../../core/step-details.ts";
import { findStepDetail } from "../../db/steps.ts";
import movies from "../../examples/movies/holt.config.ts";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { approve, operationsOf, start, type TestRun, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
  const checked = checkDefinition(movies);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  const folder = join(import.meta.dirname, "../../examples/movies");
  await applyDefinition(operationsOf(stage), stage.engineer, checked.definition, folder);
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

async function reportOf({ runId }: TestRun) {
  const { db } = stage.database;
  const { reportDigest } = (await findStepDetail(db, { runId, step: "qa" })) as QaDetail;
  const { body } = await db
    .selectFrom("qa_report")
    .select("body")
    .where("digest", "=", reportDigest)
    .executeTakeFirstOrThrow();
  return qaReportSchema.parse(body);
}

it("has a report with every part, whose checks find something", { timeout: 120_000 }, async () => {
  const simple = await start(stage, { model: "movies", runKey: "simple", baselineOnly: true });
  expect(await approve(stage, simple)).toMatchObject({ outcome: "deployed" });
  const plain = await reportOf(simple);
  expect(plain).toMatchObject({ verdict: "pass", candidate: "popularity", people: 671, items: 9_125 });

  const learned = await start(stage, { model: "movies", runKey: "learned" });
  await untilRun(stage, learned, "waiting_for_review");
  const report = await reportOf(learned);
  expect(report).toMatchObject({ verdict: "pass", championVersion: 1, valueLabel: "likes" });
  expect(report.headline).toMatch(
    /^als may go live, with 1 thing to weigh: “Silence of the Lambs, The \(1991\)”, .+ forbidden by “horror for families”, are shown to \d+ people, and it ranks \d+ % better than what is live\.$/,
  );
  expect(new Set(report.checks.map(({ group }) => group))).toEqual(new Set(CHECK_GROUPS));
  for (const { id, championValue } of report.checks.filter(({ group }) =>
    ["case", "must_have", "forbidden", "coverage"].includes(group),
  ))
    expect(championValue, id).not.toBeNull();

  const value = (of: typeof report, id: string) =>
    of.checks.find((check) => check.id === id)?.value ?? Number.NaN;
  expect(value(report, "case.star_wars_fan")).toBe(0);
  expect(value(plain, "case.star_wars_fan")).toBe(1);
  expect(value(report, "coverage.value")).toBeGreaterThan(2 * value(plain, "coverage.value"));
  expect(report.slices.map(({ segment }) => segment)).toEqual(expect.arrayContaining(["activity", "since"]));
  expect(report.slices.every(({ change }) => change !== null)).toBe(true);
  expect(report.previews.map(({ user }) => user)).toEqual(["15", "73", "547"]);
  expect(report.previews[0]?.candidate[0]?.because.length).toBeGreaterThan(0);
});
