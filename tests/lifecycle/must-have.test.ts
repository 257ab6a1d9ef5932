/** examples/must-have through the real lifecycle: a candidate with the better NDCG loses half of the must-have items. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DefinitionInput, definitionSchema } from "../../core/definition.ts";
import { qaReportSchema } from "../../core/qa-report.ts";
import type { QaDetail } from "../../core/step-details.ts";
import { findStepDetail } from "../../db/steps.ts";
import today from "../../examples/must-have/holt.config.ts";
import next from "../../examples/must-have/with-als.config.ts";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { approve, operationsOf, start, type TestRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/must-have");

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

const apply = (definition: DefinitionInput) =>
  applyDefinition(operationsOf(stage), stage.engineer, definitionSchema.parse(definition), EXAMPLE);

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

it("says so in the first sentence of the report, with names, and nothing of it goes live", async () => {
  await apply(today);
  const first = await start(stage, { model: "originals", runKey: "first" });
  expect(await approve(stage, first)).toMatchObject({ outcome: "deployed" });
  expect(await reportOf(first)).toMatchObject({ candidate: "similar", verdict: "pass" });

  await apply(next);
  const second = await start(stage, { model: "originals", runKey: "next" });
  expect(await second.workflow.result()).toEqual({ outcome: "qa_failed" });
  const report = await reportOf(second);

  const ndcg = (subject: string) => report.metrics.find((row) => row.subject === subject)?.ndcg ?? Number.NaN;
  expect(ndcg("als")).toBeGreaterThan(ndcg("champion"));
  expect(report.headline).toMatch(
    /^als must not go live: 20 of 40 must-have items \(“[\w ]+”, “[\w ]+”, “[\w ]+” and 17 more\) are shown to nobody, though it ranks \d+ % better than what is live\.$/,
  );
  const originals = report.checks.find(({ id }) => id === "must_have.originals");
  expect(originals).toMatchObject({
    verdict: "fail",
    value: 20,
    threshold: 40,
    championValue: 40,
    sampleSize: 800,
    owner: "Nora, originals",
  });
  expect(originals?.examples).toHaveLength(20);
  for (const example of originals?.examples ?? [])
    expect(example).toMatch(/^“[\w ]+” is shown to nobody \(live now: to (1 person|\d+ people)\)$/);
  const lost = report.unreachable.items.filter(({ championPeople }) => championPeople !== 0);
  expect(lost.length).toBeGreaterThanOrEqual(20);
  expect(report.unreachable.newlyLost).toBeGreaterThanOrEqual(lost.length);
  const { rows } = await stage.database.pool.query("select version from live where model = 'originals'");
  expect(rows).toEqual([{ version: 1 }]);
});

it("has the data that its script makes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holt-example-"));
  try {
    await cp(join(EXAMPLE, "generate.ts"), join(folder, "generate.ts"));
    await promisify(execFile)(process.execPath, [join(folder, "generate.ts")]);
    for (const file of ["films.csv", "plays.csv"])
      expect(await readFile(join(folder, "data", file), "utf8")).toBe(
        await readFile(join(EXAMPLE, "data", file), "utf8"),
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
