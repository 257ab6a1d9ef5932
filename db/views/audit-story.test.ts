import { expect, it } from "vitest";
import { sentenceOf } from "../../core/audit-sentences.ts";
import { digestOf } from "../../store/digest.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addTestPerson, decideAs, type ReviewedRun } from "../../tests/support/reviewed-run.ts";
import { addComment } from "../comments.ts";
import { applyDefinition } from "../definitions.ts";
import { deploy, rollback } from "../deployments.ts";
import { addRule, liftRule } from "../editorial-rules.ts";
import { endRun } from "../end-run.ts";
import { openReview } from "../reviews.ts";
import { openRun } from "../runs.ts";
import { addSafeguard } from "../safeguards.ts";
import { registerVersion } from "../versions.ts";
import { getAuditStory } from "./audit-story.ts";

const DAY_MS = 86_400_000;
const DEFINITION = { name: "films" };
const digest = digestOf(DEFINITION);

/** People, a definition that two of them applied, and the means to let runs come up for review. */
async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  const [ada, bob, rita, dan] = [
    await addTestPerson(db, "submitter"),
    await addTestPerson(db, "submitter"),
    await addTestPerson(db, "reviewer"),
    await addTestPerson(db, "deployer"),
  ];
  for (const { proof } of [ada, bob])
    await db
      .transaction()
      .execute((trx) =>
        applyDefinition(trx, proof, { digest, model: "films", body: DEFINITION, folder: "." }),
      );
  /** What a run's work leaves behind, up to the opened review. */
  const review = async (runKey: string, checks: object[]): Promise<ReviewedRun> => {
    const { runId } = await openRun(db, ada.proof, {
      model: "films",
      runKey,
      baselineOnly: false,
      fresh: true,
    });
    const release = {
      model: "films",
      candidate: "als",
      artifactDigest: digestOf(runKey),
      definitionDigest: digest,
    };
    const report = { verdict: "pass", headline: `als keeps what it must (${runKey})`, checks };
    const run = { runId, model: "films", releaseDigest: digestOf(release), reportDigest: digestOf(report) };
    await db
      .insertInto("release")
      .values({ digest: run.releaseDigest, model: "films", body: JSON.stringify(release) })
      .execute();
    await db
      .insertInto("qa_report")
      .values({ digest: run.reportDigest, body: JSON.stringify(report) })
      .execute();
    await db
      .insertInto("step")
      .values({
        run_id: runId,
        name: "qa",
        kind: "qa",
        position: 1,
        state: "done",
        finished_at: new Date(),
        detail: JSON.stringify(run),
      })
      .execute();
    await openReview(db, { ...run, waitMs: DAY_MS });
    return run;
  };
  const goLive = async (run: ReviewedRun, runKey: string) => {
    const version = await registerVersion(db, run.runId);
    await deploy(
      db,
      { runId: run.runId, version },
      { artifactDigest: digestOf(runKey), reportDigest: run.reportDigest },
    );
    await endRun(db, run.runId, { outcome: "deployed", reason: "approved" });
    return version;
  };
  const plain: [string, string][] = [
    ...[ada, bob, rita, dan].map(({ name }, index): [string, string] => [
      name,
      ["ada", "bob", "rita", "dan"][index] ?? "",
    ]),
    [`${digest.slice(0, 12)}…`, "D"],
  ];
  const tell = async (of: { version?: number; runId?: string }, names: [string, string][] = []) => {
    const { entries } = await getAuditStory(db, "films", of);
    return entries.map((entry) =>
      [...plain, ...names].reduce((text, [name, word]) => text.replaceAll(name, word), sentenceOf(entry)),
    );
  };
  return { database, db, ada, bob, rita, dan, review, goLive, tell };
}

const check = (title: string, verdict: string) => ({
  ...{ id: "must_have.derby", group: "must_have", title, verdict, severity: "warn", value: 1, threshold: 1 },
  ...{ unit: "share", championValue: null, sampleSize: 1, owner: null, explanation: "", examples: [] },
});

it("tells of a version who defined, started, judged, looked, decided why on what, deployed, and rolled back", async () => {
  const { db, rita, dan, review, goLive, tell } = await setUp();
  const first = await review("first", []);
  await decideAs(db, rita, first);
  await goLive(first, "first");
  const second = await review("second", [check("The derby", "fail"), check("Originals", "pass")]);
  await addComment(db, {
    proof: rita.proof,
    runId: second.runId,
    checkId: "must_have.derby",
    text: "It is over.",
  });
  const seen = { openedAt: "2026-11-25T03:04:05.000Z", previews: ["u1", "u2"] };
  await decideAs(db, rita, second, { reason: "The derby is over.", seen });
  await goLive(second, "second");
  await rollback(db, { proof: dan.proof, model: "films", expected: 2, to: 1, reason: "spend fell 4 %" });
  const deadline = await db
    .selectFrom("review")
    .select("expires_at")
    .where("run_id", "=", second.runId)
    .executeTakeFirstOrThrow();
  const names: [string, string][] = [
    [`${second.releaseDigest.slice(0, 12)}…`, "L2"],
    [`${second.reportDigest.slice(0, 12)}…`, "R2"],
    [deadline.expires_at.toISOString().slice(0, 16).replace("T", " "), "TOMORROW"],
  ];
  expect(await tell({ version: 2 }, names)).toEqual([
    "ada applied the definition D, the model's first",
    "bob applied the same definition D",
    "ada started run films-second, doing every step again",
    "QA said pass: als keeps what it must (second) (1 check failed: The derby)",
    "The review opened, until TOMORROW UTC; it needs 1 approval",
    'rita commented on check "must_have.derby": "It is over."',
    'rita opened the report at 2026-11-25 03:04 UTC, looked at the shelves of u1, u2, and approved release L2 on report R2, by command: "The derby is over."',
    "Holt registered release L2 as version 2",
    'Holt put version 2 live in place of version 1, as rita had decided: "The derby is over."',
    "The run ended: deployed (approved)",
    'dan went from version 2 back to version 1: "spend fell 4 %"',
  ]);
  const live = await tell({});
  expect(live).toContain('dan went from version 2 back to version 1: "spend fell 4 %"');
  expect(live).toContain("ada started run films-first, doing every step again");
  expect(live.join()).not.toContain("films-second");
});

it("tells of a run without a version, too: superseded by a newer one, or rejected", async () => {
  const { db, rita, review, tell } = await setUp();
  const older = await review("older", []);
  const newer = await review("newer", []);
  expect((await tell({ runId: older.runId })).at(-1)).toBe(
    "Run films-newer took its place, so nothing was decided here any more",
  );
  await decideAs(db, rita, newer, { verdict: "ask", reason: "Where are the originals?" });
  await decideAs(db, rita, newer, { verdict: "reject", reason: "No originals." });
  const names: [string, string][] = [
    [`${newer.releaseDigest.slice(0, 12)}…`, "L"],
    [`${newer.reportDigest.slice(0, 12)}…`, "R"],
  ];
  expect((await tell({ runId: newer.runId }, names)).slice(-2)).toEqual([
    'rita asked for changes to release L on report R, by command: "Where are the originals?"',
    'rita rejected release L on report R, by command: "No originals."',
  ]);
});

it("tells of a version what was banned and which list was put up while it was live, and of no other", async () => {
  const { db, rita, dan, review, goLive, tell } = await setUp();
  const { proof } = rita;
  const ban = (itemId: string) => addRule(db, "films", { proof, kind: "ban", itemId, reason: "recalled" });
  for (const [key, itemId] of [
    ["first", "derby"],
    ["second", "finale"],
  ] as const) {
    const run = await review(key, []);
    await decideAs(db, rita, run);
    await goLive(run, key);
    const { id } = await ban(itemId);
    if (key === "first") await liftRule(db, { proof, id });
  }
  const until = new Date(Date.now() + 60_000).toISOString();
  await addSafeguard(db, { proof: dan.proof, kind: "baseline", model: "films", until, reason: "odd" });
  const [first, second] = [(await tell({ version: 1 })).join("\n"), (await tell({ version: 2 })).join("\n")];
  expect(first).toContain(
    'rita said a rule, ban of item derby: "recalled"\nrita lifted the ban of item derby',
  );
  expect(first).not.toMatch(/finale|popularity list until/);
  expect(second).toContain("rita said a rule, ban of item finale");
  expect(second).toMatch(/dan had everybody get the popularity list until .*: "odd"/);
  expect(second).not.toContain("derby");
});

it("says what it does not have", async () => {
  const { db, review } = await setUp();
  await review("first", []);
  await expect(getAuditStory(db, "songs", {})).rejects.toThrow('model "songs"');
  await expect(getAuditStory(db, "films", {})).rejects.toThrow(
    'model "films": has no version yet; name a run',
  );
  await expect(getAuditStory(db, "films", { version: 7 })).rejects.toThrow('model "films": has no version 7');
  await expect(getAuditStory(db, "films", { runId: "x" })).rejects.toThrow('model "films": has no run "x"');
});
