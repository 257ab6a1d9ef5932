import { expect, it } from "vitest";
import type { NewDecision } from "../core/api.ts";
import { testDatabase } from "../tests/support/database.ts";
import {
  addReviewedRun,
  addTestPerson,
  decideAs,
  type ReviewedRunOptions,
  type TestPerson,
} from "../tests/support/reviewed-run.ts";
import { listDecisions } from "./decisions.ts";
import { endDelegation } from "./delegations.ts";
import { getReview, settleReview } from "./reviews.ts";

const FAILED = { severity: "error", verdict: "fail" } as const;
const HOUR_MS = 3_600_000;

async function setUp(of: ReviewedRunOptions = {}) {
  const { db } = await testDatabase();
  const requester = await addTestPerson(db, ["submitter", "reviewer"]);
  const run = await addReviewedRun(db, { requesterId: requester.personId, ...of });
  const rita = await addTestPerson(db);
  const decide = (by: TestPerson = rita, change: Partial<NewDecision> = {}) => decideAs(db, by, run, change);
  const state = async () => (await getReview(db, run.runId)).state;
  const verdicts = async () => (await listDecisions(db, run.runId)).map(({ verdict, by }) => [verdict, by]);
  const audit = () =>
    db.selectFrom("audit").select(["action", "person_id", "detail"]).orderBy("id").execute();
  return { db, run, requester, rita, decide, state, verdicts, audit };
}

/** Writes a delegation as it would stand. */
function lend(
  db: Awaited<ReturnType<typeof setUp>>["db"],
  from: TestPerson,
  to: TestPerson,
  forMs = HOUR_MS,
) {
  const since = new Date(Date.now() - 2 * HOUR_MS);
  const until = new Date(Date.now() + forMs);
  return db
    .insertInto("delegation")
    .values({ from_person: from.personId, to_person: to.personId, since, until, reason: "away" })
    .execute();
}

it("ends with the first of several that come at the same time, and refuses the others", async () => {
  const { db, decide, state, verdicts } = await setUp();
  const people = [await addTestPerson(db), await addTestPerson(db)];
  const attempts = await Promise.allSettled([
    decide(people[0]),
    decide(people[1], { verdict: "reject", reason: "too few films" }),
    decide(),
  ]);
  expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const attempt of attempts)
    if (attempt.status === "rejected") expect(attempt.reason.message).toMatch(/was decided already/);
  expect(await verdicts()).toHaveLength(1);
  expect(["approved", "rejected"]).toContain(await state());
});

it("writes decision, audit entry, wake-up and what the person saw as one", async () => {
  const { db, run, rita, decide, audit } = await setUp();
  const seen = { openedAt: "2026-11-24T10:00:00.000Z", previews: ["p1"] };
  const { wakeUpId } = await decide(rita, { seen });
  expect(await audit()).toEqual([
    {
      action: "approve",
      person_id: rita.personId,
      detail: { release: run.releaseDigest, report: run.reportDigest, channel: "cli", seen },
    },
  ]);
  expect(await db.selectFrom("wake_up").select(["id", "signal"]).execute()).toEqual([
    { id: wakeUpId, signal: "approval" },
  ]);
  expect(await listDecisions(db, run.runId)).toMatchObject([{ seen, by: rita.name, onBehalfOf: null }]);
});

it("gives the same person's same decision the same answer, also once all is over", async () => {
  const { rita, decide, verdicts, audit } = await setUp();
  const first = await decide(rita);
  expect(await decide(rita)).toEqual({ decisionId: first.decisionId, wakeUpId: null });
  expect(await verdicts()).toHaveLength(1);
  expect(await audit()).toHaveLength(1);
});

it("lets neither requester, applier, nor a program of theirs, nor their second account decide", async () => {
  const { db, run, requester, decide, verdicts, audit } = await setUp();
  await db
    .updateTable("person")
    .set({ email: "Ann@example.org" })
    .where("id", "=", requester.personId)
    .execute();
  const { definition_digest } = await db
    .selectFrom("run")
    .select("definition_digest")
    .where("id", "=", run.runId)
    .executeTakeFirstOrThrow();
  const applier = await addTestPerson(db);
  await db
    .insertInto("definition_author")
    .values({ definition_digest, person_id: applier.personId })
    .execute();
  const barred: [TestPerson, string][] = [
    [requester, "started this run"],
    [
      await addTestPerson(db, "reviewer", { ownerId: requester.personId }),
      "and who started this run are one",
    ],
    [await addTestPerson(db, "reviewer", { email: "ann@example.org" }), "and who started this run are one"],
    [applier, "applied its definition"],
    [
      await addTestPerson(db, "admin", { ownerId: applier.personId }),
      "and who applied its definition are one",
    ],
  ];
  for (const [person, words] of barred) {
    await expect(decide(person)).rejects.toThrow(words);
    await expect(decide(person, { verdict: "reject", reason: "no" })).rejects.toThrow(words);
  }
  expect(await verdicts()).toEqual([]);
  expect(await audit()).toEqual([]);
});

it("counts a program as its owner, once, and needs the owner to be a reviewer too", async () => {
  const { db, decide, state } = await setUp({ rules: { approvals: 2 } });
  const owner = await addTestPerson(db);
  const program = await addTestPerson(db, "reviewer", { ownerId: owner.personId });
  const ofViewer = await addTestPerson(db, "reviewer", {
    ownerId: (await addTestPerson(db, "viewer")).personId,
  });
  await decide(program);
  await expect(decide(owner)).rejects.toThrow("you have decided already (approve)");
  await expect(decide(ofViewer)).rejects.toThrow("may not decide");
  expect(await state()).toBe("open");
  await decide();
  expect(await state()).toBe("approved");
});

it("counts accounts with one mailbox as one, however its address is spelt", async () => {
  const { db, decide, state } = await setUp({ rules: { approvals: 2 } });
  await decide(await addTestPerson(db, "reviewer", { email: "Rita.R@example.org" }));
  const twin = await addTestPerson(db, "reviewer", { email: "rita.r@EXAMPLE.org" });
  await expect(decide(twin)).rejects.toThrow("you have decided already");
  const wide = await addTestPerson(db, "reviewer", { email: "ｒita.r@example.org" });
  await expect(decide(wide)).rejects.toThrow("you have decided already");
  expect(await state()).toBe("open");
});

it("waits for as many different people as the definition asks for, and counts only who still may", async () => {
  const { db, decide, state } = await setUp({ rules: { approvals: 2 } });
  const left = await addTestPerson(db);
  await decide(left);
  await db.updateTable("person").set({ disabled_at: new Date() }).where("id", "=", left.personId).execute();
  await decide();
  expect(await state()).toBe("open");
  await decide(await addTestPerson(db));
  expect(await state()).toBe("approved");
});

it("ends at the first rejection, whatever was approved before", async () => {
  const { db, decide, state } = await setUp({ rules: { approvals: 3 } });
  await decide();
  await decide(await addTestPerson(db), { verdict: "reject", reason: "the derby is missing" });
  expect(await state()).toBe("rejected");
});

it("hears only those whom the definition names, by name or group", async () => {
  const rules = { approvals: 3, reviewers: { people: ["boss"], groups: ["editors"] } };
  const { db, rita, decide, verdicts } = await setUp({ rules });
  const boss = await addTestPerson(db);
  await db.updateTable("person").set({ name: "boss" }).where("id", "=", boss.personId).execute();
  const editor = await addTestPerson(db, "reviewer", { groups: ["sport", "editors"] });
  await expect(decide(rita)).rejects.toThrow("is not among those whom the definition names");
  await expect(decide(await addTestPerson(db, "admin"))).rejects.toThrow("is not among those");
  await expect(decide(await addTestPerson(db, "viewer", { groups: ["editors"] }))).rejects.toThrow(
    "may not decide",
  );
  await decide(boss);
  await decide(editor);
  expect(await verdicts()).toHaveLength(2);
});

it("lets a delegate take a seat in their own name, once a seat and once a person, only while it is lent", async () => {
  const rules = { approvals: 2, reviewers: { people: [], groups: ["editors"] } };
  const { db, run, rita, decide, state } = await setUp({ rules });
  const ed = await addTestPerson(db, "reviewer", { groups: ["editors"] });
  const eve = await addTestPerson(db, "reviewer", { groups: ["editors"] });
  await lend(db, ed, rita, -HOUR_MS);
  await expect(decide(rita)).rejects.toThrow("is not among those");
  await lend(db, ed, rita);
  await decide(rita);
  expect(await listDecisions(db, run.runId)).toMatchObject([{ by: rita.name, onBehalfOf: ed.name }]);
  await lend(db, eve, rita);
  await expect(decide(rita, { reason: "again" })).rejects.toThrow("you have decided already");
  await expect(decide(ed)).rejects.toThrow("somebody has decided in that place already");
  expect(await state()).toBe("open");
  await decide(eve);
  expect(await state()).toBe("approved");
});

it("counts a vote on the seat that somebody's other account, with the same mailbox, has and lent", async () => {
  const rules = { reviewers: { people: [], groups: ["editors"] } };
  const { db, run, decide, state } = await setUp({ rules });
  const named = await addTestPerson(db, "reviewer", { groups: ["editors"], email: "rita.r@example.org" });
  const other = await addTestPerson(db, "reviewer", { email: "Rita.R@example.org" });
  await lend(db, named, other);
  await decide(other);
  expect(await listDecisions(db, run.runId)).toMatchObject([{ by: other.name, onBehalfOf: named.name }]);
  expect(await state()).toBe("approved");
});

it("lends no seat of somebody who has none on this run", async () => {
  const rules = { reviewers: { people: [], groups: ["editors"] } };
  const { db, requester, rita, decide } = await setUp({ rules });
  await db
    .updateTable("person")
    .set({ groups: ["editors"] })
    .where("id", "=", requester.personId)
    .execute();
  await lend(db, requester, rita);
  await lend(db, await addTestPerson(db, "viewer", { groups: ["editors"] }), rita);
  await expect(decide(rita)).rejects.toThrow("is not among those");
});

it("stays open while somebody asks for changes, until they have decided themselves", async () => {
  const { db, decide, state, verdicts } = await setUp();
  const asker = await addTestPerson(db);
  await expect(decide(asker, { verdict: "ask" })).rejects.toThrow("a question needs words");
  await decide(asker, { verdict: "ask", reason: "why no derby?" });
  await decide();
  expect(await state()).toBe("open");
  await decide(asker);
  expect(await state()).toBe("approved");
  expect(await verdicts()).toHaveLength(3);
});

it.each<[string, object]>([
  ["was disabled", { disabled_at: new Date() }],
  ["is no reviewer any more", { roles: ["viewer"] }],
  ["is none of those whom the rules name any more", { groups: [] }],
])("waits no longer for an answer to somebody who %s, and its run looks at once", async (_, change) => {
  const rules = { reviewers: { people: [], groups: ["editors"] } };
  const { db, run, state, verdicts } = await setUp({ rules });
  const editor = () => addTestPerson(db, "reviewer", { groups: ["editors"] });
  const [asker, other] = [await editor(), await editor()];
  await decideAs(db, asker, run, { verdict: "ask", reason: "why no derby?" });
  await decideAs(db, other, run);
  await settleReview(db, run.runId);
  expect(await state()).toBe("open");
  const wakeUps = async () => (await db.selectFrom("wake_up").select("id").execute()).length;
  const before = await wakeUps();
  await db.updateTable("person").set(change).where("id", "=", other.personId).execute();
  await settleReview(db, run.runId);
  expect(await state()).toBe("open");
  await db
    .updateTable("person")
    .set({ disabled_at: null, roles: ["reviewer"], groups: ["editors"] })
    .where("id", "=", other.personId)
    .execute();
  expect(await wakeUps()).toBe(before);
  await db.updateTable("person").set(change).where("id", "=", asker.personId).execute();
  expect(await wakeUps()).toBe(before + 1);
  expect(await settleReview(db, run.runId)).toMatchObject({ state: "approved" });
  expect(await verdicts()).toHaveLength(2);
});

it("still waits for others' approvals when the question's asker has gone", async () => {
  const { db, run, rita, decide, state } = await setUp();
  await decide(rita, { verdict: "ask", reason: "why no derby?" });
  await db.updateTable("person").set({ disabled_at: new Date() }).where("id", "=", rita.personId).execute();
  await settleReview(db, run.runId);
  expect(await state()).toBe("open");
  await decide(await addTestPerson(db));
  expect(await state()).toBe("approved");
});

it("needs one more person and a reason each to override a failed check, and says so", async () => {
  const { db, rita, decide, state, audit } = await setUp({
    checks: [FAILED],
    rules: { override: { groups: [] } },
  });
  await expect(decide(rita)).rejects.toThrow('has a failed check of severity "error"');
  await expect(decide(rita, { override: true })).rejects.toThrow("an override needs a reason");
  await decide(rita, { override: true, reason: "the film is withdrawn" });
  expect(await state()).toBe("open");
  await decide(await addTestPerson(db), { override: true, reason: "seen, too" });
  expect(await state()).toBe("approved");
  expect((await audit()).map(({ action }) => action)).toEqual(["override", "override"]);
});

it("lets only the named groups override, and anybody who reviews reject", async () => {
  const rules = { override: { groups: ["chiefs"] } };
  const { db, rita, decide, state } = await setUp({ checks: [FAILED], rules });
  await expect(decide(rita, { override: true, reason: "fine" })).rejects.toThrow("names who overrides");
  await decide(await addTestPerson(db, "reviewer", { groups: ["chiefs"] }), {
    override: true,
    reason: "fine",
  });
  await decide(rita, { verdict: "reject", reason: "not fine" });
  expect(await state()).toBe("rejected");
});

it("refuses to override what hasn't failed, a rejection without a reason, and what isn't what the person saw", async () => {
  const { rita, decide, verdicts } = await setUp();
  await expect(decide(rita, { override: true, reason: "x" })).rejects.toThrow(
    "has no failed check to override",
  );
  await expect(decide(rita, { verdict: "reject" })).rejects.toThrow("a rejection needs a reason");
  const other = "0".repeat(64);
  await expect(decide(rita, { releaseDigest: other })).rejects.toThrow("not the one that you saw");
  await expect(decide(rita, { reportDigest: other })).rejects.toThrow("not the one that you saw");
  expect(await verdicts()).toEqual([]);
});

it("refuses a decision after the deadline, whether or not the expiry was written, and on a run that has ended", async () => {
  const { db, run, decide, verdicts } = await setUp({ waitMs: -1 });
  await expect(decide()).rejects.toThrow("expired at");
  expect(await settleReview(db, run.runId)).toMatchObject({ state: "expired" });
  await expect(decide()).rejects.toThrow("expired at");
  const ended = await addReviewedRun(db, { model: "other" });
  await db
    .updateTable("run")
    .set({ state: "aborted", outcome: "aborted", finished_at: new Date() })
    .where("id", "=", ended.runId)
    .execute();
  await expect(decideAs(db, await addTestPerson(db), ended)).rejects.toThrow("has ended (aborted)");
  expect(await verdicts()).toEqual([]);
});

it("lets either of the two end a delegation, or an admin; from then on the seat is not lent, and votes before stay", async () => {
  const rules = { reviewers: { people: [], groups: ["editors"] }, approvals: 2 };
  const { db, run, rita, decide, state, audit } = await setUp({ rules });
  const holder = () => addTestPerson(db, "reviewer", { groups: ["editors"] });
  const [eve, max, roy] = [await holder(), await holder(), await addTestPerson(db)];
  for (const from of [eve, max]) await lend(db, from, from === eve ? rita : roy);
  const ids = new Map(
    (await db.selectFrom("delegation").select(["id", "from_person"]).execute()).map((row) => [
      row.from_person,
      row.id,
    ]),
  );
  const end = (by: TestPerson, from: TestPerson) =>
    endDelegation(db, { proof: by.proof, id: String(ids.get(from.personId)) });
  await decide(rita);
  await expect(end(roy, eve)).rejects.toThrow(
    "is neither from you nor to you; ask one of the two, or an admin",
  );
  await end(eve, eve);
  await end(eve, eve);
  await end(await addTestPerson(db, "admin"), max);
  await expect(decide(roy)).rejects.toThrow("is not among those");
  await decide(max);
  expect(await state()).toBe("approved");
  expect((await audit()).map(({ action, person_id }) => [action, person_id === eve.personId])).toEqual([
    ["approve", false],
    ["end_delegation", true],
    ["end_delegation", false],
    ["approve", false],
  ]);
  expect(await settleReview(db, run.runId)).toMatchObject({ state: "approved" });
});
