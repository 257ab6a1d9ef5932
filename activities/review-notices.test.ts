/** Who is told of a review, when, and that nothing is lost; on real PostgreSQL, SMTP and HTTP. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ReviewRules } from "../core/definition-review.ts";
import { listFailedNotices } from "../db/notices.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { type MailServer, mailServer } from "../tests/support/mail-server.ts";
import { dueAgain, FROM, notifyTo, openedAgo, rulesWith, tell } from "../tests/support/notified-run.ts";
import {
  addReviewedRun,
  addTestPerson,
  decideAs,
  type ReviewedRun,
  type TestPerson,
} from "../tests/support/reviewed-run.ts";

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let mail: MailServer;

beforeEach(async () => {
  database = await testDatabase();
  mail = await mailServer();
});

const settings = () => notifyTo({ smtpUrl: `smtp://127.0.0.1:${mail.port}` });
const told = (runId: string) => tell(database, runId, settings());

function person(
  email: string,
  of: { role?: "reviewer" | "submitter" | "admin"; groups?: string[]; ownerId?: string } = {},
): Promise<TestPerson> {
  const { role = "reviewer", ...more } = of;
  return addTestPerson(database.db, role, { email: `${email}@films.example`, ...more });
}

function openRun(change: Partial<ReviewRules> = {}, of: { requesterId?: string } = {}): Promise<ReviewedRun> {
  return addReviewedRun(database.db, {
    ...of,
    rules: rulesWith({ notify: { mail: { from: FROM } }, ...change }),
  });
}

/** Whom mail went to since the last look, by the name before the `@`, with what it was about. */
function newMail(): string[] {
  return mail.received
    .splice(0)
    .map(({ to, mail: { subject } }) => `${to.map((address) => address.split("@")[0]).join()}: ${subject}`)
    .sort();
}
const OPENED = "films: a new version waits for your decision";
const REMINDER = "Reminder: a new version of films still waits for your decision";

describe("who is told", () => {
  it("tells reviewers once, and neither the requester, an author, a program, an admin nor somebody without address", async () => {
    const asked = await person("asked");
    await person("rita");
    await person("admin", { role: "admin" });
    await person("robot", { ownerId: asked.personId });
    await addTestPerson(database.db, "reviewer");
    const author = await person("author");
    const run = await openRun({}, { requesterId: asked.personId });
    const { definition_digest } = await database.db
      .selectFrom("run")
      .select("definition_digest")
      .where("id", "=", run.runId)
      .executeTakeFirstOrThrow();
    await database.db
      .insertInto("definition_author")
      .values({ definition_digest, person_id: author.personId })
      .execute();
    await told(run.runId);
    expect(newMail()).toEqual([`rita: ${OPENED}`]);
    await told(run.runId);
    expect(newMail()).toEqual([]);
  });

  it("tells those whom the rules name, and who stands in for one of them now", async () => {
    const rita = await person("rita", { groups: ["editors"] });
    const roy = await person("roy");
    const late = await person("late");
    await person("other");
    const until = new Date(Date.now() + HOUR_MS);
    const delegation = { from_person: rita.personId, until, reason: "away" };
    await database.db
      .insertInto("delegation")
      .values([
        { ...delegation, to_person: roy.personId, since: new Date(Date.now() - HOUR_MS) },
        { ...delegation, to_person: late.personId, since: new Date(Date.now() + HOUR_MS / 2) },
      ])
      .execute();
    const { runId } = await openRun({ reviewers: { people: [], groups: ["editors"] } });
    await told(runId);
    expect(newMail()).toEqual([`rita: ${OPENED}`, `roy: ${OPENED}`]);
  });

  it("tells admins where there is no reviewer, so that somebody knows", async () => {
    await person("admin", { role: "admin" });
    const { runId } = await openRun();
    await told(runId);
    expect(newMail()).toEqual([`admin: ${OPENED}`]);
  });

  it("tells nobody by a way that the definition doesn't name", async () => {
    await person("rita");
    const { runId } = await openRun({ notify: {} });
    expect(await told(runId)).toEqual({ nextMs: expect.any(Number) });
    expect(newMail()).toEqual([]);
    expect(await database.db.selectFrom("review_notice").selectAll().execute()).toEqual([]);
  });
});

describe("when they are told", () => {
  it("reminds after working time, again and again; of missed reminders only the last", async () => {
    await person("rita");
    const { runId } = await openRun({ remindAfter: "4 h" });
    const { nextMs } = await told(runId);
    expect(newMail()).toEqual([`rita: ${OPENED}`]);
    expect(nextMs).toBeGreaterThan(4 * HOUR_MS - 60_000);
    expect(nextMs).toBeLessThanOrEqual(4 * HOUR_MS);
    await openedAgo(database.db, runId, 4 * HOUR_MS + 1_000);
    await told(runId);
    expect(newMail()).toEqual([`rita: ${REMINDER}`]);
    await openedAgo(database.db, runId, 21 * HOUR_MS);
    expect((await told(runId)).nextMs).toBeLessThanOrEqual(3 * HOUR_MS);
    expect(newMail()).toEqual([`rita: ${REMINDER}`]);
    await told(runId);
    expect(newMail()).toEqual([]);
  });

  it("escalates once, to those who are named, whether or not they may decide", async () => {
    await person("rita");
    const boss = await person("boss", { role: "submitter" });
    const { runId } = await openRun({
      remindAfter: "9 h",
      escalate: { after: "2 h", to: [boss.name, "nobody"] },
    });
    expect((await told(runId)).nextMs).toBeLessThanOrEqual(2 * HOUR_MS);
    newMail();
    await openedAgo(database.db, runId, 2 * HOUR_MS + 1_000);
    await told(runId);
    await told(runId);
    expect(newMail()).toEqual([expect.stringMatching(/^boss: films: nobody has decided since \d{4}-/)]);
  });

  it("tells the requester of a question, and what was asked", async () => {
    const erin = await person("erin", { role: "submitter" });
    const rita = await person("rita");
    const run = await openRun({}, { requesterId: erin.personId });
    await told(run.runId);
    newMail();
    await decideAs(database.db, rita, run, { verdict: "ask", reason: "Where is <b>the derby</b>?" });
    await told(run.runId);
    const [question] = mail.received;
    expect(question?.mail.text).toContain("Where is <b>the derby</b>?");
    expect(question?.mail.html).toContain("Where is &lt;b&gt;the derby&lt;/b&gt;?");
    expect(newMail()).toEqual([`erin: films: ${rita.name} asks about the new version`]);
  });

  it("tells requester and reviewers of the end, and is done", async () => {
    const erin = await person("erin", { role: "submitter" });
    const rita = await person("rita");
    const run = await openRun({}, { requesterId: erin.personId });
    await told(run.runId);
    newMail();
    await decideAs(database.db, rita, run, { verdict: "reject", reason: "the derby is missing" });
    expect(await told(run.runId)).toEqual({ nextMs: null });
    expect(mail.received.map(({ mail: { text } }) => text?.includes("the derby is missing"))).toEqual([
      true,
      true,
    ]);
    const subject = `films: the new version was rejected by ${rita.name}`;
    expect(newMail()).toEqual([`erin: ${subject}`, `rita: ${subject}`]);
    expect(await told(run.runId)).toEqual({ nextMs: null });
    expect(newMail()).toEqual([]);
  });

  it("has nothing to tell of a run without a review", async () => {
    expect(await told("films-none")).toEqual({ nextMs: null });
  });
});

describe("what cannot be sent", () => {
  it("keeps it, says why, and sends it once the mail server is there; the run is not held up", async () => {
    await person("rita");
    await person("roy");
    const { runId } = await openRun();
    const away = notifyTo({ smtpUrl: "smtp://127.0.0.1:1" });
    const { nextMs } = await tell(database, runId, away);
    expect(nextMs).toBeGreaterThan(0);
    expect(nextMs).toBeLessThanOrEqual(60_000);
    // a server that is away is asked once, not once a person
    expect(await listFailedNotices(database.db)).toEqual([
      expect.objectContaining({
        run_id: runId,
        channel: "mail",
        problem: expect.stringMatching(/^mail: could not be sent/),
      }),
    ]);
    await told(runId);
    expect(newMail()).toEqual([expect.stringContaining(OPENED)]);
    await dueAgain(database.db);
    await told(runId);
    expect(newMail()).toEqual([expect.stringContaining(OPENED)]);
    expect(await listFailedNotices(database.db)).toEqual([]);
  });

  it("holds up nobody else for a mailbox that isn't there", async () => {
    await person("gone");
    await person("rita");
    mail.refused.add("gone@films.example");
    const { runId } = await openRun();
    await told(runId);
    expect(newMail()).toEqual([`rita: ${OPENED}`]);
    expect((await listFailedNotices(database.db)).map(({ problem }) => problem)).toEqual([
      expect.stringContaining("550"),
    ]);
  });

  it("sends the same mail again under the same id, so that it can be known", async () => {
    await person("rita");
    const { runId } = await openRun();
    await told(runId);
    await database.db.updateTable("review_notice").set({ delivered_at: null }).execute(); // its sender died just then
    await dueAgain(database.db);
    await told(runId);
    const [first, second, ...more] = mail.received.map(({ mail: { messageId } }) => messageId);
    expect(first).toMatch(/^<[0-9a-f-]{36}@holt\.notice>$/);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  it("never tells that a review waits when it has ended meanwhile", async () => {
    const rita = await person("rita");
    const run = await openRun();
    await tell(database, run.runId, notifyTo({ smtpUrl: "smtp://127.0.0.1:1" }));
    await decideAs(database.db, rita, run, { reason: "good" });
    await dueAgain(database.db);
    await told(run.runId);
    expect(newMail()).toEqual([`rita: films: the new version was approved by ${rita.name}`]);
  });

  it("of two senders at the same time one sends", async () => {
    await person("rita");
    const { runId } = await openRun();
    await Promise.all([told(runId), told(runId), told(runId)]);
    expect(newMail()).toEqual([`rita: ${OPENED}`]);
  });
});
