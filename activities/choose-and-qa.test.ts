/** Choosing and QA on a real run's rows, tables and ONNX files. */
import { randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { qaReportSchema } from "../core/qa-report.ts";
import type { ChooseDetail, EvaluateDetail, QaDetail, TrainDetail } from "../core/step-details.ts";
import { findRelease } from "../db/releases.ts";
import { findStep, findStepDetail } from "../db/steps.ts";
import { digestOf } from "../store/digest.ts";
import { timedId } from "../store/timed-id.ts";
import { Random } from "../tests/faults/random.ts";
import { approve, decideRun, start, type TestRun, untilRun } from "../tests/support/runs.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";
import { chooseActivities } from "./choose.ts";
import { qaActivities } from "./qa.ts";

const QA = {
  peopleCoverage: { atLeast: 0.5 },
  itemCoverage: { atLeast: 0.1 },
  mustHave: { both_tastes: { items: { ids: ["i08", "i28"] } } },
  preview: ["p01", "nobody"],
};

let stage: Stage;
let stopWorkers: () => Promise<void>;
let reviewed: TestRun;

beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
  await stage.apply({ qa: QA });
  reviewed = await start(stage, { runKey: "reviewed" });
  await untilRun(stage, reviewed, "waiting_for_review");
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

const detailOf = async <T>({ runId }: TestRun, step: string) =>
  (await findStepDetail(stage.database.db, { runId, step })) as T;

async function reportOf(run: TestRun) {
  const { reportDigest } = await detailOf<QaDetail>(run, "qa");
  const { body } = await stage.database.db
    .selectFrom("qa_report")
    .select("body")
    .where("digest", "=", reportDigest)
    .executeTakeFirstOrThrow();
  return qaReportSchema.parse(body);
}

/** Puts a step back as if it had never been done, and forgets its result. */
async function forget({ runId }: TestRun, step: string): Promise<void> {
  const { db } = stage.database;
  await db
    .deleteFrom("step_result")
    .where("kind", "=", step as "choose" | "qa")
    .execute();
  await db
    .updateTable("step")
    .set({ state: "waiting" })
    .where("run_id", "=", runId)
    .where("name", "=", step)
    .execute();
}

const context = () => ({ database: stage.database, ingest: stage.database, artifacts: stage.artifacts });
const inActivity = <T>(work: () => Promise<T>) => new MockActivityEnvironment().run(work);

describe("choosing", () => {
  it("takes the best of those that were judged and says why", async () => {
    const chosen = await detailOf<ChooseDetail>(reviewed, "choose");
    const [als, similar] = await Promise.all(
      ["als", "similar"].map((name) => detailOf<EvaluateDetail>(reviewed, `evaluate:${name}`)),
    );
    const best = (als?.ndcg ?? 0) > (similar?.ndcg ?? 0) ? "als" : "similar";
    expect(chosen).toMatchObject({ chosen: best, isLiveAlready: false });
    expect(chosen.reason).toMatch(
      new RegExp(`^${best} finds [0-9,]+ % more of what people chose next than the popularity list`),
    );
    expect((await findStep(stage.database.db, { ...reviewed, step: "choose" }))?.summary).toBe(chosen.reason);
  });

  it("leaves out a candidate whose step was skipped", async () => {
    const { db } = stage.database;
    const before = await detailOf<ChooseDetail>(reviewed, "choose");
    const step = { run_id: reviewed.runId, name: `evaluate:${before.chosen}` };
    const row = await findStep(db, { runId: step.run_id, step: step.name });
    const setDetail = (detail: object | null) =>
      db
        .updateTable("step")
        .set({ detail: detail && JSON.stringify(detail) })
        .where("run_id", "=", step.run_id)
        .where("name", "=", step.name)
        .execute();
    await setDetail(null);
    await forget(reviewed, "choose");
    await inActivity(() => chooseActivities(context()).chooseCandidate({ ...reviewed, step: "choose" }));
    const without = await detailOf<ChooseDetail>(reviewed, "choose");
    expect(without.chosen).not.toBe(before.chosen);
    expect(without.reason).not.toContain(before.chosen);

    await setDetail(row?.detail ?? null);
    await forget(reviewed, "choose");
    await inActivity(() => chooseActivities(context()).chooseCandidate({ ...reviewed, step: "choose" }));
    expect(await detailOf<ChooseDetail>(reviewed, "choose")).toEqual(before);
  });

  it("makes the same choice from the same data, however fast the machine was", async () => {
    const { db } = stage.database;
    const ref = { runId: reviewed.runId, step: "choose" };
    const before = await findStep(db, ref);
    const judged = await detailOf<EvaluateDetail>(reviewed, "evaluate:als");
    const slower = { ...judged, answerMs: judged.answerMs * 10 };
    await db
      .updateTable("step")
      .set({ detail: JSON.stringify(slower) })
      .where("run_id", "=", reviewed.runId)
      .where("name", "=", "evaluate:als")
      .execute();
    await forget(reviewed, "choose");
    await inActivity(() => chooseActivities(context()).chooseCandidate(ref));
    const after = await findStep(db, ref);
    expect(after?.input_digest).toBe(before?.input_digest);
    expect(after?.detail?.["chosen"]).toBe(before?.detail?.["chosen"]);
  });
});

describe("QA", () => {
  it("looks at everybody's shelf, and stores release and report under their digests", async () => {
    const { db } = stage.database;
    const { chosen } = await detailOf<ChooseDetail>(reviewed, "choose");
    const { verdict, releaseDigest, reportDigest } = await detailOf<QaDetail>(reviewed, "qa");
    const [trained, popular] = await Promise.all([
      detailOf<TrainDetail>(reviewed, `train:${chosen}`),
      detailOf<TrainDetail>(reviewed, "train:popularity"),
    ]);
    const release = await findRelease(db, releaseDigest);
    expect(release).toMatchObject({
      model: "shelf",
      candidate: chosen,
      artifactDigest: trained.artifactDigest,
      fallbackDigest: popular.artifactDigest,
    });
    expect(digestOf(release)).toBe(releaseDigest);

    const report = await reportOf(reviewed);
    expect(digestOf(report)).toBe(reportDigest);
    expect(report).toMatchObject({ candidate: chosen, verdict: "pass", k: 5, people: 60, items: 40 });
    expect(verdict).toBe("pass");
    expect(report.checks.map(({ id, verdict, sampleSize }) => [id, verdict, sampleSize])).toEqual([
      ["must_have.both_tastes", "pass", 60],
      ["coverage.people", "pass", 60],
      ["coverage.items", "pass", 40],
      ["coverage.value", "pass", 40],
      ["extreme.no_history", "pass", 1],
      ["extreme.one_item", "pass", 40],
      ["extreme.heaviest", "pass", 1],
      ["extreme.new_item", "inconclusive", 0],
      ["extreme.retired_item", "pass", 1],
      ["extreme.everything_seen", "pass", 1],
      ["soundness.seen_items", "pass", 60],
      ["soundness.known_items", "pass", 60],
      ["soundness.sound_shelves", "pass", 60],
      ["soundness.fallback", "pass", 1],
    ]);
    expect(report.metrics.map(({ subject }) => subject)).toEqual(["popularity", "similar", "als"]);
    expect((await findStep(db, { ...reviewed, step: "qa" }))?.summary).toBe(report.headline);
  });

  it("shows a person's shelf by title, what they had last first, and a stranger the popularity list", async () => {
    const { previews } = await reportOf(reviewed);
    const [known, stranger] = previews;
    const { rows } = await stage.database.pool.query<{ item_id: string }>(
      `select item_id from data.${(await detailOf<{ tableName: string }>(reviewed, "feature:interactions")).tableName}
       where user_id = 'p01' order by event_time desc limit 10`,
    );
    expect(known?.history.map(({ itemId }) => itemId)).toEqual(rows.map((row) => row.item_id));
    expect(known?.candidate).toHaveLength(5);
    for (const { itemId, title } of known?.candidate ?? [])
      expect(title).toBe(`Item ${Number(itemId.slice(1))}`);
    expect(known?.candidate).not.toEqual(known?.baseline);
    expect(known?.champion).toBeNull();
    expect(stranger).toMatchObject({ user: "nobody", history: [] });
    expect(stranger?.candidate).toEqual(stranger?.baseline);
  });

  it("writes the same once, however often and however parallel it runs", async () => {
    const { db } = stage.database;
    const before = await detailOf<QaDetail>(reviewed, "qa");
    const counts = async () =>
      Promise.all(
        (["qa_report", "release"] as const).map((table) =>
          db
            .selectFrom(table)
            .select(({ fn }) => fn.countAll<number>().as("rows"))
            .executeTakeFirstOrThrow(),
        ),
      );
    const rows = await counts();
    await forget(reviewed, "qa");
    const { checkQuality } = qaActivities(context());
    const ref = { runId: reviewed.runId, step: "qa" };
    const attempts = await Promise.allSettled(
      Array.from({ length: 3 }, () => inActivity(() => checkQuality(ref))),
    );
    const refused = attempts.filter((attempt) => attempt.status === "rejected");
    expect(refused.length).toBeLessThan(3); // the step's row is one attempt's; the others write what is there already
    for (const { reason } of refused) expect(reason.message).toMatch(/was given up before it ended$/);
    expect(await detailOf<QaDetail>(reviewed, "qa")).toEqual(before);
    expect(await counts()).toEqual(rows);
  });

  it("ends when it is cancelled, and the step can be done afterwards", async () => {
    await forget(reviewed, "qa");
    const { checkQuality } = qaActivities(context());
    const ref = { runId: reviewed.runId, step: "qa" };
    const environment = new MockActivityEnvironment();
    environment.cancel();
    await expect(environment.run(checkQuality, ref)).rejects.toThrow();
    expect(await findStep(stage.database.db, ref)).not.toMatchObject({ state: "done" });
    await inActivity(() => checkQuality(ref));
    expect(await findStep(stage.database.db, ref)).toMatchObject({ state: "done" });
  });

  it("names a missing must-have item by its title, and the run ends before the review", async () => {
    const missing = { mustHave: { all: { items: { ids: ["i00", "i39", "absent"] }, minPeople: 60 } } };
    await stage.apply({ qa: { ...QA, ...missing } });
    const run = await start(stage, { runKey: "missing" });
    expect(await run.workflow.result()).toEqual({ outcome: "qa_failed" });
    const report = await reportOf(run);
    expect(report.verdict).toBe("fail");
    expect(report.headline).toMatch(
      /^(als|similar) must not go live: 3 of 3 must-have items \(“Item \d+”, “Item \d+” and “absent”\) are shown to fewer than 60 people, though it ranks \d+ % better than the popularity list\.$/,
    );
    expect(report.checks.find(({ id }) => id === "must_have.all")?.examples.toSorted()).toEqual([
      expect.stringMatching(/^“Item 0” is shown to (nobody|1 person|\d+ people)$/),
      expect.stringMatching(/^“Item 39” is shown to (nobody|1 person|\d+ people)$/),
      "“absent” is not in the items table",
    ]);
  });
});

/**
 * Lists of two days ago, each place drawn from all items alike: for the 60 people, who click on four of five of their own half's, and
 * as many strangers, whom both versions show the popularity list.
 */
async function showDrawnLists(): Promise<void> {
  const { db } = stage.database;
  const random = new Random(20_261_201);
  const when = new Date(Date.now() - 2 * 86_400_000);
  await sql`select add_exposure_days(${[when.toISOString().slice(0, 10)]}::date[])`.execute(db);
  const drawn = Array.from({ length: 3_000 }, (_, at) => {
    const [round, turn] = [Math.floor(at / 6), at % 6];
    const person = turn < 5 ? (5 * round + turn) % 60 : 60 + (round % 60);
    const items = Array.from({ length: 5 }, () => Math.floor(random.next() * 40));
    const likes = (item: number) => item < 20 === (person % 2 === 0);
    const clicked = items.filter((item) => person < 60 && random.next() < (likes(item) ? 0.8 : 0.1));
    const name = person < 60 ? `p${pad(person)}` : `stranger ${person}`;
    return { id: timedId(when.getTime()), name, items, clicked };
  });
  const of = { at: when, model: "shelf", version: 1, arm: "champion", fallback: false, k: 5 };
  for (let from = 0; from < drawn.length; from += 1_500)
    await db
      .insertInto("exposure")
      .values(
        drawn.slice(from, from + 1_500).map(({ id, name, items }) => ({
          ...{ ...of, id, user_id: name, items: items.map((item) => `i${pad(item)}`) },
          ...{ scores: items.map(() => 0), propensities: items.map(() => 1 / 40) },
        })),
      )
      .execute();
  const clicks = drawn.flatMap(({ id, clicked }) =>
    [...new Set(clicked)].map((item) => ({ id, item: `i${pad(item)}` })),
  );
  await sql`insert into outcome (reported_by, id, kind, recommendation_id, item_id, at, received_at)
    select ${randomUUID()}::uuid, list || item, 'click', list::uuid, item, ${when}, ${when}
      from unnest(${clicks.map(({ id }) => id)}::text[], ${clicks.map(({ item }) => item)}::text[]) as click(list, item)`.execute(
    db,
  );
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

describe("with a champion", () => {
  it("judges it beside the candidates, and shows its shelf; what is live already changes nothing", async () => {
    await decideRun(stage, reviewed, "reject", "first the simple one");
    const { mustHave: _, ...qa } = QA; // the popularity list shows neither of them
    await stage.apply({ qa });
    const first = await start(stage, { runKey: "first", baselineOnly: true });
    expect(await approve(stage, first)).toMatchObject({ outcome: "deployed" });

    expect(await reportOf(first)).not.toHaveProperty("offPolicy");

    await showDrawnLists();
    const second = await start(stage, { runKey: "second" });
    await untilRun(stage, second, "waiting_for_review");
    const report = await reportOf(second);
    // who likes one half of the items is shown those by the candidate, and the popular ones by what is live
    expect(report.offPolicy).toMatchObject({
      verdict: "better",
      reward: "clicks",
      lists: 3_000,
      people: 120,
    });
    expect(report.offPolicy?.explanation).toMatch(
      /^Estimated from 3,000 lists of the 28 days before the run: /,
    );
    expect(report.verdict).toBe("pass");
    expect(report.metrics.at(-1)).toMatchObject({ subject: "champion", sizeBytes: expect.any(Number) });
    expect(report.previews[0]?.champion).toEqual(report.previews[0]?.baseline);
    expect(await approve(stage, second)).toMatchObject({ outcome: "deployed" });

    const third = await start(stage, { runKey: "third" });
    expect(await third.workflow.result()).toEqual({ outcome: "no_change" });
    const choice = await detailOf<ChooseDetail>(third, "choose");
    expect(choice).toMatchObject({ isLiveAlready: true });
    expect(choice.reason).toMatch(/; it is live already, as version 2$/);

    await stage.apply({ qa, filters: ["title"] });
    const fourth = await start(stage, { runKey: "fourth" });
    await untilRun(stage, fourth, "waiting_for_review");
    expect(await detailOf<ChooseDetail>(fourth, "choose")).toMatchObject({ isLiveAlready: false });
  });
});
