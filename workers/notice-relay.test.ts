/** Notices that could not be sent at once go out later, also of runs that have ended; on real PostgreSQL and SMTP. */
import { pino } from "pino";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../db/connection.ts";
import { listFailedNotices } from "../db/notices.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { type MailServer, mailServer } from "../tests/support/mail-server.ts";
import { dueAgain, FROM, notifyTo, rulesWith, tell } from "../tests/support/notified-run.ts";
import { addReviewedRun, addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { until } from "../tests/support/until.ts";
import { relayNotices } from "./notice-relay.ts";

const AWAY = notifyTo({ smtpUrl: "smtp://127.0.0.1:1" });

let database: TestDatabase;
let worker: Database;
let mail: MailServer;

beforeEach(async () => {
  database = await testDatabase();
  worker = openDatabase(asLogin(database.url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(worker.close);
  mail = await mailServer();
});

const subjects = () => mail.received.map(({ mail: { subject } }) => subject).sort();

/** A review whose one reviewer could not be told. */
async function untold() {
  const rita = await addTestPerson(database.db, "reviewer", { email: "rita@films.example" });
  const run = await addReviewedRun(database.db, { rules: rulesWith({ notify: { mail: { from: FROM } } }) });
  await tell(database, run.runId, AWAY);
  expect(await listFailedNotices(database.db)).toHaveLength(1);
  return { rita, run };
}

/** The relay of one worker; the returned function ends it, and resolves once it has. */
function relay(settings = notifyTo({ smtpUrl: `smtp://127.0.0.1:${mail.port}` }), through = worker) {
  const logged: { level: number; msg: string; problem?: string }[] = [];
  const log = pino({}, { write: (line: string) => logged.push(JSON.parse(line)) });
  const stopping = new AbortController();
  const ended = relayNotices({ database: through }, { log, signal: stopping.signal, settings, everyMs: 10 });
  const stop = () => {
    stopping.abort();
    return ended;
  };
  onTestFinished(stop);
  return { logged, stop };
}

it("sends what could not be sent, once, says so in the log, and ends when it is told to", async () => {
  await untold();
  await dueAgain(database.db);
  const [one, other] = [relay(), relay()];
  await until("the mail", async () => mail.received.length > 0);
  await until("that it was sent", async () => (await listFailedNotices(database.db)).length === 0);
  await Promise.all([one.stop(), other.stop()]);
  expect(subjects()).toEqual(["films: a new version waits for your decision"]);
  expect([...one.logged, ...other.logged].map(({ msg }) => msg)).toEqual(["notices that waited were sent"]);
});

it("tells of the end after the run's workflow is over, and of nothing that has passed", async () => {
  const { rita, run } = await untold();
  await decideAs(database.db, rita, run, { reason: "good" });
  await tell(database, run.runId, AWAY); // the workflow's last call
  await dueAgain(database.db);
  const { stop } = relay();
  await until("the mail", async () => mail.received.length > 0);
  await stop();
  expect(subjects()).toEqual([`films: the new version was approved by ${rita.name}`]);
});

it("says in the log which notice was not taken, and neither whose nor where it should have gone", async () => {
  const { rita } = await untold();
  mail.refused.add("rita@films.example");
  const { logged, stop } = relay();
  await dueAgain(database.db);
  await until("a warning", async () => logged.length > 0);
  await stop();
  expect(logged[0]?.problem).toMatch(
    /^mail notice [\w-]+: was not taken for its receiver; "holt doctor" says why$/,
  );
  expect(JSON.stringify(logged)).not.toMatch(new RegExp(`rita@films|${rita.name}`));
  const [failed] = await listFailedNotices(database.db);
  expect(failed?.problem).toContain("550");
});

it("leaves what is not due yet, and goes on after what fails: a mail server that is away, a database that is", async () => {
  await untold();
  const failing = relay(AWAY);
  await dueAgain(database.db);
  await until("a warning", async () => failing.logged.length > 0);
  await failing.stop();
  expect(failing.logged[0]).toMatchObject({
    level: 40,
    msg: "a notice could not be sent, and comes again",
    problem: expect.stringMatching(/^mail notice [\w-]+: mail: could not be sent/),
  });
  // it comes again in a minute at the earliest, so no round of these sends it
  const nowhere = openDatabase(asLogin(database.url, "worker").replace(/\/[^/]*$/, "/none"), {
    applicationName: "holt-test-worker",
  });
  const lost = relay(undefined, nowhere);
  await until("two rounds", async () => lost.logged.length > 1);
  await lost.stop();
  await nowhere.close();
  expect(new Set(lost.logged.map(({ msg }) => msg))).toEqual(
    new Set(["notices could not be looked for; trying again"]),
  );
  expect(mail.received).toEqual([]);
  const { attempts } = await database.db
    .selectFrom("review_notice")
    .select("attempts")
    .executeTakeFirstOrThrow();
  expect(attempts).toBe(2);
});
