/** QA's settings on a real run's tables: what its SQL says, who is in which group, and what cannot be honoured. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { type QaReport, qaReportSchema } from "../core/qa-report.ts";
import type { QaDetail } from "../core/step-details.ts";
import { findStepDetail } from "../db/steps.ts";
import { start, type TestRun, untilStep } from "../tests/support/runs.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";

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

/** The small model's people of even number like its first twenty items, the others the last twenty. */
async function runWith(runKey: string, qa: DefinitionInput["qa"]): Promise<TestRun> {
  await stage.apply({ qa });
  return start(stage, { runKey });
}

async function reportOf(run: TestRun): Promise<QaReport> {
  await untilStep(stage, run, "qa", "done");
  const { db } = stage.database;
  const { reportDigest } = (await findStepDetail(db, { ...run, step: "qa" })) as QaDetail;
  const { body } = await db
    .selectFrom("qa_report")
    .select("body")
    .where("digest", "=", reportDigest)
    .executeTakeFirstOrThrow();
  return qaReportSchema.parse(body);
}

const checkOf = (report: QaReport, id: string) => report.checks.find((check) => check.id === id);

describe("a report", () => {
  let report: QaReport;

  beforeAll(async () => {
    const evens = "select 'p' || lpad((2 * n)::text, 2, '0') as user_id from generate_series(0, 40) n";
    const run = await runWith("all", {
      value: {
        sql: "select item_id, case when item_id < 'i20' then 1 else 3 end as value from {{ titles }}",
        label: "spend in EUR",
      },
      mustHave: {
        newest: { items: { sql: "select max(item_id) from {{ titles }}" }, minShare: 0.9, severity: "warn" },
        nothing: { items: { sql: "select item_id from {{ titles }} where false" }, severity: "warn" },
      },
      forbidden: {
        first_half_for_evens: {
          people: { sql: evens },
          items: { sql: "select item_id from {{ items }} i where item_id < 'i20'" },
          severity: "warn",
        },
        last_half_for_two: {
          people: { ids: ["p00", "p02"] },
          items: { ids: ["i37", "i38", "i39"] },
        },
      },
      cases: {
        one_of_them: { who: { user: "p01" }, why: "Likes the last", owner: "nora", mustNot: ["i01"] },
        who: { who: { user: "p99" }, why: "Left", owner: "nora", must: ["i01"], severity: "warn" },
      },
      segments: {
        taste: {
          sql: `select distinct user_id, case when item_id < 'i20' then 'first' else 'last' end as segment
                from {{ interactions }} i`,
          minPeople: 20,
        },
      },
    });
    report = await reportOf(run);
  });

  it("weighs items by the definition's value", () => {
    expect(report.valueLabel).toBe("spend in EUR");
    const own = report.reach.find(({ subject }) => subject === report.candidate);
    const lost = report.unreachable.items.reduce((sum, item) => sum + item.value, 0);
    expect(own?.value).toBeCloseTo(1 - lost / 80, 12);
    expect(report.unreachable.valueShare).toBeCloseTo(lost / 80, 12);
  });

  it("says that a list without items cannot be told, and fails one that too few are shown", () => {
    expect(checkOf(report, "must_have.nothing")).toMatchObject({
      verdict: "inconclusive",
      value: null,
      explanation: expect.stringContaining("Its query gave no items"),
    });
    expect(checkOf(report, "must_have.newest")).toMatchObject({
      verdict: "fail",
      explanation: expect.stringContaining("to at least 54 people (90 % of all)"),
      examples: [expect.stringMatching(/^“Item 39” is shown to/)],
    });
  });

  it("looks at everybody of a group, and at those whom it doesn't know by the popularity list", () => {
    // p00 to p58 are there; p60 to p80 have no history, and the popularity list has something of the first half
    expect(checkOf(report, "forbidden.first_half_for_evens")).toMatchObject({
      verdict: "fail",
      value: 41,
      sampleSize: 41,
    });
    expect(checkOf(report, "forbidden.last_half_for_two")).toMatchObject({
      verdict: "pass",
      value: 0,
      sampleSize: 2,
    });
  });

  it("checks the shelf of a person in a case, and cannot tell for one who isn't there", () => {
    expect(checkOf(report, "case.one_of_them")).toMatchObject({ verdict: "pass", owner: "nora" });
    expect(checkOf(report, "case.who")).toMatchObject({ verdict: "inconclusive", sampleSize: 0 });
  });

  it("tells how each segment is served and what it is shown", () => {
    expect(report.slices.map(({ slice }) => slice).sort()).toEqual(["first", "last"]);
    for (const slice of report.slices)
      expect(slice).toMatchObject({ segment: "taste", people: 30, judged: 30, fullShelves: 1 });
    const shown = report.slices.map(({ itemCoverage }) => itemCoverage ?? 0);
    expect(Math.max(...shown)).toBeLessThanOrEqual(0.6);
  });
});

it("is inconclusive, and not approved by silence, when a must-have query of weight gives nothing", async () => {
  const mustHave = { originals: { items: { sql: "select item_id from {{ titles }} where title = 'x'" } } };
  const report = await reportOf(await runWith("nothing", { mustHave }));
  expect(report).toMatchObject({
    verdict: "inconclusive",
    headline: expect.stringMatching(
      /^Whether (als|similar) may go live cannot be told: “Must-have items: originals”: Its query gave no items/,
    ),
  });
});

describe("settings that cannot be honoured stop the step, and say what to do", () => {
  it.each<[string, DefinitionInput["qa"], string]>([
    [
      "value",
      { value: { sql: "select item_id, title from {{ titles }}", label: "x" } },
      'qa.value.sql: column "value" is missing; it has "item_id", "title"; name them in the select, as in "select … as value"',
    ],
    [
      "segment",
      { segments: { age: { sql: "select user_id from {{ ratings }}" } } },
      'qa.segments.age.sql: column "segment" is missing; it has "user_id"; name them in the select, as in "select … as segment"',
    ],
    [
      "column",
      { mustHave: { x: { items: { sql: "select qqq from {{ titles }}" } } } },
      'qa.mustHave.x.items.sql: column "qqq" does not exist at "qqq from {{ titles }}"; mend the SQL, then "holt apply" and start a new run',
    ],
    [
      "genre",
      { display: { genre: "genre" } },
      'qa.display.genre: "genre" is not a column of the items table, which has "item_id", "title"',
    ],
  ])("%s", async (name, qa, message) => {
    const run = await runWith(`wrong-${name}`, qa);
    expect(await untilStep(stage, run, "qa", "needs_attention")).toMatchObject({
      error_code: "InvalidInput",
      error_message: message,
    });
  });
});
